package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.RetrievalMetric;
import java.util.Collection;

/**
 * How much a search is to find out about each query.
 *
 * @param depth number of neighbors, at least 1. Relevant items are ranked up to the larger of it
 *     and R, their number; the first one is ranked wherever it is
 * @param allRanks whether all relevant items are to be ranked, wherever they are
 */
public record Scope(int depth, boolean allRanks) {

  /**
   * @throws IllegalArgumentException if {@code depth} is not positive
   */
  public Scope {
    if (depth < 1) {
      throw new IllegalArgumentException("The depth (" + depth + ") must be at least 1.");
    }
  }

  /** Returns what the given metrics need. */
  public static Scope of(Collection<? extends RetrievalMetric> metrics) {
    return new Scope(
        metrics.stream().mapToInt(m -> m.k().orElse(1)).max().orElse(1),
        metrics.stream().anyMatch(RetrievalMetric::needsAllRanks));
  }

  /** Returns the same with at least that many neighbors. */
  public Scope atLeast(int neighbors) {
    return new Scope(Math.max(depth, neighbors), allRanks);
  }
}
