package dev.holdfast.metrics;

import java.util.Arrays;
import java.util.Locale;

/** How far two embeddings are from each other. Smaller is more similar. */
public enum Distance {
  /** The length of the difference, {@code |a - b|}. Nothing is normalised. */
  EUCLIDEAN,
  /** {@code 1 - a.b / (|a| |b|)}, in [0, 2]; 1 where one of the two is the zero vector. */
  COSINE;

  /** Returns the id that configurations and reports use: {@code euclidean} or {@code cosine}. */
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
                    "The distance (" + id + ") must be one of euclidean, cosine."));
  }
}
