package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How images are brought to another size; both are antialiased. */
public enum ResizeFilter {
  /** A triangle of half-width 1. */
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /** The cubic convolution kernel of half-width 2 with a = -0.5. */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double t = Math.abs(x);
      if (t < 1) {
        return ((A + 2) * t - (A + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * A : 0;
    }
  };

  private static final double A = -0.5;

  private final double support;

  ResizeFilter(double support) {
    this.support = support;
  }

  /** Returns the half-width of the kernel, in pixels of the smaller image. */
  double support() {
    return support;
  }

  /** Returns the kernel at x, not normalised. */
  abstract double weight(double x);

  /** Returns the id that model cards use: {@code bilinear} or {@code bicubic}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the filter with that id.
   *
   * @throws InputException if there is none
   */
  public static ResizeFilter of(String id) {
    List<String> known = Arrays.stream(values()).map(ResizeFilter::id).toList();
    int index = known.indexOf(id);
    if (index < 0) {
      throw InputException.unknown("resize", id, "the model input", known);
    }
    return values()[index];
  }
}
