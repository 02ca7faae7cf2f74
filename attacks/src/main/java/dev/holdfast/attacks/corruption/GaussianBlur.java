package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.Border;
import dev.holdfast.attacks.imaging.GaussianFilter;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Scratch;
import dev.holdfast.metrics.random.CounterRng;

/** Smooths with a Gaussian. */
public record GaussianBlur() implements Corruption {

  private static final SeverityTable DEVIATION =
      new SeverityTable(
          new double[] {.4, .6, .7, .8, 1},
          new double[] {.5, .75, 1, 1.25, 1.5},
          new double[] {1, 2, 3, 4, 6});

  @Override
  public String id() {
    return "gaussian-blur";
  }

  @Override
  public Family family() {
    return Family.EXTRA;
  }

  @Override
  public String description() {
    return "Smooths with a Gaussian.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double deviation = DEVIATION.value(severity, dialect, this);
    GaussianFilter filter =
        new GaussianFilter(deviation, GaussianFilter.USUAL_REACH, Border.NEAREST);
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    int area = clean.area();
    double[] plane = Scratch.doubles(area);
    for (int start = 0; start < in.length; start += area) {
      for (int i = 0; i < area; i++) {
        plane[i] = in[start + i];
      }
      filter.smooth(plane, clean.height(), clean.width());
      for (int i = 0; i < area; i++) {
        out[start + i] = clip((float) plane[i]);
      }
    }
    Scratch.give(plane);
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
