package dev.holdfast.metrics;

/**
 * Average precision over the whole ranking: the mean over all relevant items of the precision at
 * their ranks; its mean over queries is mAP (Manning, Raghavan, Schuetze, "Introduction to
 * information retrieval", 2008, section 8.4). Nothing is interpolated. The interval is that of a
 * mean over queries.
 */
public record AveragePrecision() implements RetrievalMetric {

  @Override
  public String id() {
    return "map";
  }

  @Override
  public String description() {
    return "mean average precision over the whole ranking";
  }

  @Override
  public String source() {
    return "Manning et al. 2008, section 8.4";
  }

  @Override
  public Ranks ranks() {
    return Ranks.ALL;
  }

  @Override
  public double value(QueryResult query) {
    int relevant = query.relevant();
    if (relevant == 0) {
      return Double.NaN;
    }
    int[] ranks = query.relevantRanks();
    if (ranks.length < relevant) {
      throw new IllegalArgumentException(
          "The ranks (%d) of query %d must be those of all %d relevant items."
              .formatted(ranks.length, query.id(), relevant));
    }
    double sum = 0;
    for (int i = 0; i < relevant; i++) {
      sum += (i + 1.0) / ranks[i];
    }
    return sum / relevant;
  }
}
