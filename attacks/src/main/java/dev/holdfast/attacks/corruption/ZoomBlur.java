package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Zoom;
import dev.holdfast.metrics.random.CounterRng;

/** Averages the image with magnified copies of itself, as when the camera moves towards it. */
public record ZoomBlur() implements Corruption {

  /** Where the magnifications that begin at 1 end, and how far they are apart. */
  private static final SeverityTable RANGE =
      new SeverityTable(
          new double[][] {{1.06, .01}, {1.11, .01}, {1.16, .01}, {1.21, .01}, {1.26, .01}},
          new double[][] {{1.06, .01}, {1.11, .01}, {1.16, .01}, {1.21, .01}, {1.26, .01}},
          new double[][] {{1.11, .01}, {1.16, .01}, {1.21, .02}, {1.26, .02}, {1.31, .03}});

  @Override
  public String id() {
    return "zoom-blur";
  }

  @Override
  public Family family() {
    return Family.BLUR;
  }

  @Override
  public String description() {
    return "Averages the image with magnified copies, as when the camera moves towards it.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] factors = factors(severity, dialect);
    float[] in = clean.requireRgb().values();
    float[] out = in.clone();
    for (double factor : factors) {
      Zoom zoom = new Zoom(clean.height(), clean.width(), factor);
      for (int start = 0; start < in.length; start += clean.area()) {
        zoom.addTo(out, start, in);
      }
    }
    float scale = 1f / (factors.length + 1);
    for (int i = 0; i < out.length; i++) {
      out[i] = clip(out[i] * scale);
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }

  /**
   * Returns the magnifications as numpy's {@code arange} counts them: rounding up the number of
   * steps makes the end belong to some ranges and not to others.
   */
  double[] factors(int severity, Dialect dialect) {
    double[] range = RANGE.row(severity, dialect, this);
    double[] factors = new double[(int) Math.ceil((range[0] - 1) / range[1])];
    double step = 1 + range[1] - 1;
    for (int i = 0; i < factors.length; i++) {
      factors[i] = 1 + i * step;
    }
    return factors;
  }
}
