package dev.holdfast.models.budget;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How the size of a perturbation is measured. */
public enum Norm {
  /** The largest change of any value. */
  LINF,
  /** The square root of the sum of squared changes over the whole image. */
  L2,
  /** The share of the image whose pixels change, by however much: the budget of a patch. */
  PATCH;

  /** The norms that measure how far values move. */
  public static final List<Norm> LENGTHS = List.of(LINF, L2);

  /** Returns the id that configurations use: {@code linf}, {@code l2} or {@code patch}. */
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

  /**
   * Measures a perturbation, in double.
   *
   * @param image channel by channel
   * @param from where it begins
   * @param clean an image of the same size
   * @param cleanFrom where that begins
   * @param channels of both
   * @param plane pixels of each
   */
  public double length(
      float[] image, int from, float[] clean, int cleanFrom, int channels, int plane) {
    double largest = 0;
    double squares = 0;
    int changed = 0;
    for (int pixel = 0; pixel < plane; pixel++) {
      boolean same = true;
      for (int at = pixel; at < channels * plane; at += plane) {
        double d = Math.abs((double) image[from + at] - clean[cleanFrom + at]);
        largest = Math.max(largest, d);
        squares += d * d;
        same &= d == 0;
      }
      changed += same ? 0 : 1;
    }
    return switch (this) {
      case LINF -> largest;
      case L2 -> Math.sqrt(squares);
      case PATCH -> (double) changed / plane;
    };
  }
}
