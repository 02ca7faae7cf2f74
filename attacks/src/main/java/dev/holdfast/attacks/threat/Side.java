package dev.holdfast.attacks.threat;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which images are perturbed. */
public enum Side {
  /** Every query; the gallery is clean, and the clean copy of the query is no part of it. */
  QUERY,
  /** Every gallery item, each on its own; the queries are clean. */
  GALLERY,
  /** Queries and gallery items. */
  BOTH;

  /** Returns the id that configurations use: {@code query}, {@code gallery} or {@code both}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Tells whether queries are perturbed. */
  public boolean queries() {
    return this != GALLERY;
  }

  /** Tells whether gallery items are perturbed. */
  public boolean gallery() {
    return this != QUERY;
  }

  /**
   * Returns the side with that id.
   *
   * @throws InputException if there is none
   */
  public static Side of(String id, String owner) {
    List<String> known = Arrays.stream(values()).map(Side::id).toList();
    int index = known.indexOf(id);
    if (index < 0) {
      throw InputException.unknown("side", id, owner, known);
    }
    return values()[index];
  }
}
