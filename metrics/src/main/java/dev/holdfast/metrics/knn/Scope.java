package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.Ranks;
import dev.holdfast.metrics.RetrievalMetric;
import java.util.Collection;

/**
 * How much a search is to find out about each query.
 *
 * @param depth number of neighbors, at least 1
 * @param ranks which relevant items are to be ranked
 * @param distances whether distances are asked for; the order of items is exact without them
 */
public record Scope(int depth, Ranks ranks, boolean distances) {

  /**
   * @throws IllegalArgumentException if {@code depth} is not positive
   */
  public Scope {
    if (depth < 1) {
      throw new IllegalArgumentException("The depth (" + depth + ") must be at least 1.");
    }
  }

  /** Makes a scope with distances. */
  public Scope(int depth, Ranks ranks) {
    this(depth, ranks, true);
  }

  /** Returns what the given metrics need, and distances. */
  public static Scope of(Collection<? extends RetrievalMetric> metrics) {
    return new Scope(
        metrics.stream().mapToInt(m -> m.k().orElse(1)).max().orElse(1),
        metrics.stream().map(RetrievalMetric::ranks).reduce(Ranks.NEAR, Ranks::and));
  }

  /** Returns the same with at least that many neighbors. */
  public Scope atLeast(int neighbors) {
    return new Scope(Math.max(depth, neighbors), ranks, distances);
  }

  /** Returns the same with at least those ranks. */
  public Scope atLeast(Ranks others) {
    return new Scope(depth, ranks.and(others), distances);
  }

  /** Returns the same without distances. */
  public Scope withoutDistances() {
    return new Scope(depth, ranks, false);
  }
}
