package dev.holdfast.models.image;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How images are brought to another size. The kernels are those of Pillow, which are stretched
 * where the image shrinks; the weights sum up to 1.
 */
public enum ResizeFilter {
  /** The pixel that lies under the center of the new one; nothing is mixed. */
  NEAREST(0) {
    @Override
    double weight(double x) {
      throw new IllegalStateException("nearest has no kernel");
    }
  },
  /** The mean of what lies under the new pixel. */
  BOX(0.5) {
    @Override
    double weight(double x) {
      return x > -0.5 && x <= 0.5 ? 1 : 0;
    }
  },
  /** A triangle of half-width 1. */
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /** One period of a cosine, raised, times sin(pi x) / (pi x): half-width 1. */
  HAMMING(1) {
    @Override
    double weight(double x) {
      double t = Math.abs(x);
      return t >= 1 ? 0 : t == 0 ? 1 : sinc(t) * (0.54 + 0.46 * Math.cos(Math.PI * t));
    }
  },
  /** The cubic convolution kernel of half-width 2 with a = -0.5. */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      return cubic(x, A);
    }
  },
  /** sin(pi x) / (pi x) under a wider one, half-width 3. */
  LANCZOS(3) {
    @Override
    double weight(double x) {
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
    }
  };

  private static final double A = -0.5;

  private final double support;

  ResizeFilter(double support) {
    this.support = support;
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }

  /** Returns the cubic convolution kernel (Keys, 1981) with its free number. */
  static double cubic(double x, double a) {
    double t = Math.abs(x);
    if (t < 1) {
      return ((a + 2) * t - (a + 3)) * t * t + 1;
    }
    return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
  }

  /** Returns the half-width of the kernel, in pixels of the smaller image. */
  double support() {
    return support;
  }

  /** Whether there is the same without stretching, as other libraries have it. */
  boolean hasPlain() {
    return this == BILINEAR || this == BICUBIC;
  }

  /** Returns the kernel at x, not normalised. */
  abstract double weight(double x);

  /** Returns the id that model cards use, such as {@code bilinear}. */
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
      throw InputException.unknown("interpolation", id, "the model input", known);
    }
    return values()[index];
  }
}
