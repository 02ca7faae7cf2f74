package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What an image is there for. */
public enum Role {
  /** It is searched for, and not found. */
  QUERY,
  /** It is found, and not searched for. */
  GALLERY,
  /** Both: it is searched for among the others. */
  BOTH;

  /** Returns the id that manifests use: {@code query}, {@code gallery} or {@code both}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Tells whether the image may be a query. */
  public boolean asks() {
    return this != GALLERY;
  }

  /** Tells whether the image may be in the gallery. */
  public boolean answers() {
    return this != QUERY;
  }

  /**
   * Returns the role with that id.
   *
   * @throws InputException if there is none
   */
  public static Role of(String id, String owner) {
    List<String> known = Arrays.stream(values()).map(Role::id).toList();
    int index = known.indexOf(id);
    if (index < 0) {
      throw InputException.unknown("role", id, owner, known);
    }
    return values()[index];
  }
}
