package dev.holdfast.metrics;

import java.util.Arrays;
import java.util.Locale;

/** What orders a gallery around an embedding. Smaller is more similar. */
public enum Distance {
  /** The length of the difference, {@code |a - b|}. Nothing is normalised. */
  EUCLIDEAN,
  /** {@code 1 - a.b / (|a| |b|)}, in [0, 2]; 1 where one of the two is the zero vector. */
  COSINE,
  /**
   * {@code -a.b}: the nearest item is the one with the largest inner product. Nothing is
   * normalised, and this is no distance: it may be negative, and nothing is nearest to itself.
   */
  DOT;

  /** Whether it is a distance: never negative, and 0 between equal directions at least. */
  public boolean isDistance() {
    return this != DOT;
  }

  /** Returns the id that configurations and reports use, such as {@code euclidean}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException if no distance has that id
   */
  public static Distance of(String id) {
    return Arrays.stream(values())
        .filter(d -> d.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The distance (" + id + ") must be one of euclidean, cosine, dot."));
  }
}
