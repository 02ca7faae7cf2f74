package dev.holdfast.attacks.threat;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How the size of a perturbation is measured. */
public enum Norm {
  /** The largest change of any value. */
  LINF,
  /** The square root of the sum of squared changes over the whole image. */
  L2;

  /** Returns the id that configurations use: {@code linf} or {@code l2}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the norm with that id.
   *
   * @throws InputException if there is none
   */
  public static Norm of(String id, String owner) {
    List<String> known = Arrays.stream(values()).map(Norm::id).toList();
    int index = known.indexOf(id);
    if (index < 0) {
      throw InputException.unknown("norm", id, owner, known);
    }
    return values()[index];
  }
}
