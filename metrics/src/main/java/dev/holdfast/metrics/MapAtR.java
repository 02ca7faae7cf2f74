package dev.holdfast.metrics;

import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import java.util.OptionalInt;

/**
 * MAP@R: with R relevant items in the gallery, the sum over the ranks r up to R at which a relevant
 * item stands of precision@r, divided by R (Musgrave, Belongie, Lim, "A metric learning reality
 * check", ECCV 2020). The interval is a bootstrap over queries.
 */
public record MapAtR() implements RetrievalMetric {

  @Override
  public String id() {
    return "map-at-r";
  }

  @Override
  public OptionalInt k() {
    return OptionalInt.empty();
  }

  /**
   * @throws IllegalArgumentException if the query has fewer neighbors than relevant items
   */
  @Override
  public double value(QueryResult query) {
    int relevant = query.relevant();
    if (relevant == 0) {
      return Double.NaN;
    }
    if (query.hits().length < relevant) {
      throw new IllegalArgumentException(
          "The neighbors (%d) of query %d must be at least as many as its relevant items (%d)."
              .formatted(query.hits().length, query.id(), relevant));
    }
    int found = 0;
    double sum = 0;
    for (int rank = 1; rank <= relevant; rank++) {
      if (query.hits()[rank - 1]) {
        found++;
        sum += (double) found / rank;
      }
    }
    return sum / relevant;
  }

  @Override
  public Estimate estimate(double[] perQuery, long seed) {
    return Intervals.bootstrap(perQuery, seed);
  }
}
