package dev.holdfast.metrics;

/**
 * R-precision: with R relevant items in the gallery, the share of the R nearest items that are
 * relevant (Manning, Raghavan, Schuetze, "Introduction to information retrieval", 2008, section
 * 8.4). The interval is that of a mean over queries.
 */
public record RPrecision() implements RetrievalMetric {

  @Override
  public String id() {
    return "r-precision";
  }

  @Override
  public String description() {
    return "share of the R nearest that are relevant, R the number of relevant items";
  }

  @Override
  public String source() {
    return "Manning et al. 2008, section 8.4";
  }

  @Override
  public double value(QueryResult query) {
    int relevant = query.relevant();
    return relevant == 0 ? Double.NaN : (double) query.relevantUpTo(relevant) / relevant;
  }
}
