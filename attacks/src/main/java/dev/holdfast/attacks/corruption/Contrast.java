package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Pulls every channel towards its mean over the image. */
public record Contrast() implements Corruption {

  private static final SeverityTable FACTOR =
      new SeverityTable(
          new double[] {.75, .5, .4, .3, .15},
          new double[] {.4, .3, .2, .1, .05},
          new double[] {.4, .3, .2, .1, .05});

  @Override
  public String id() {
    return "contrast";
  }

  @Override
  public Family family() {
    return Family.DIGITAL;
  }

  @Override
  public String description() {
    return "Pulls every channel towards its mean over the image.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    float factor = (float) FACTOR.value(severity, dialect, this);
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    int area = clean.area();
    for (int start = 0; start < in.length; start += area) {
      float mean = (float) (sum(in, start, area) / area);
      for (int i = start; i < start + area; i++) {
        out[i] = clip((in[i] - mean) * factor + mean);
      }
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }

  /** Adds in four lanes, which do not wait for each other. */
  private static double sum(float[] values, int start, int count) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = start;
    for (; i + 4 <= start + count; i += 4) {
      a += values[i];
      b += values[i + 1];
      c += values[i + 2];
      d += values[i + 3];
    }
    for (; i < start + count; i++) {
      a += values[i];
    }
    return a + b + (c + d);
  }
}
