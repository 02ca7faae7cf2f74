package dev.holdfast.metrics;

/**
 * MAP@R: with R relevant items in the gallery, the sum over the ranks r up to R at which a relevant
 * item stands of precision@r, divided by R (Musgrave, Belongie, Lim, "A metric learning reality
 * check", ECCV 2020). The interval is that of a mean over queries.
 */
public record MapAtR() implements RetrievalMetric {

  @Override
  public String id() {
    return "map-at-r";
  }

  @Override
  public String description() {
    return "mean average precision at R, the number of relevant items";
  }

  @Override
  public String source() {
    return "Musgrave et al., ECCV 2020 (2003.08505)";
  }

  @Override
  public double value(QueryResult query) {
    int relevant = query.relevant();
    if (relevant == 0) {
      return Double.NaN;
    }
    double sum = 0;
    for (int i = 0; i < query.relevantUpTo(relevant); i++) {
      sum += (i + 1.0) / query.relevantRanks()[i];
    }
    return sum / relevant;
  }
}
