package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.corruption.PixelImage.clip;

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
      double sum = 0;
      for (int i = start; i < start + area; i++) {
        sum += in[i];
      }
      float mean = (float) (sum / area);
      for (int i = start; i < start + area; i++) {
        out[i] = clip((in[i] - mean) * factor + mean);
      }
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
