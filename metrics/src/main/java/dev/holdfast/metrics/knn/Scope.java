package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.Ranks;
import dev.holdfast.metrics.RetrievalMetric;
import java.util.Collection;

/**
 * How much a search is to find out about each query.
 *
 * @param depth of how many of the nearest items it is asked whether they are relevant, at least 1
 * @param ranks which relevant items are to be ranked
 * @param neighbors of how many of the nearest items it is asked which they are, from 0 to {@code
 *     depth}: the order of others does not count, where they are relevant alike
 * @param distances whether distances to all of them are asked for; the order of items is exact
 *     without them
 */
public record Scope(int depth, Ranks ranks, int neighbors, boolean distances) {

  /**
   * @throws IllegalArgumentException if {@code depth} is not positive, or {@code neighbors} not in
   *     its range, which is {@code depth} alone where distances are asked for
   */
  public Scope {
    if (depth < 1) {
      throw new IllegalArgumentException("The depth (" + depth + ") must be at least 1.");
    }
    if (neighbors < (distances ? depth : 0) || neighbors > depth) {
      throw new IllegalArgumentException(
          "The number of neighbors (%d) must be from %d to %d."
              .formatted(neighbors, distances ? depth : 0, depth));
    }
  }

  /** Makes a scope with neighbors and distances. */
  public Scope(int depth, Ranks ranks) {
    this(depth, ranks, depth, true);
  }

  /** Returns what the given metrics need, with neighbors and distances. */
  public static Scope of(Collection<? extends RetrievalMetric> metrics) {
    return new Scope(
        metrics.stream().mapToInt(m -> m.k().orElse(1)).max().orElse(1),
        metrics.stream().map(RetrievalMetric::ranks).reduce(Ranks.NEAREST, Ranks::and));
  }

  /** Returns the same with at least that many neighbors. */
  public Scope atLeast(int some) {
    int deeper = Math.max(depth, some);
    return new Scope(deeper, ranks, distances ? deeper : Math.max(neighbors, some), distances);
  }

  /** Returns the same with at least those ranks. */
  public Scope atLeast(Ranks others) {
    return new Scope(depth, ranks.and(others), neighbors, distances);
  }

  /** Returns the same without distances. */
  public Scope withoutDistances() {
    return new Scope(depth, ranks, neighbors, false);
  }

  /** Returns the same without distances, and without neighbors. */
  public Scope hitsAlone() {
    return new Scope(depth, ranks, 0, false);
  }
}
