package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.NormalDraws;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Adds normal noise in proportion to every value. */
public record SpeckleNoise() implements Corruption {

  private static final SeverityTable DEVIATION =
      new SeverityTable(
          new double[] {.06, .1, .12, .16, .2},
          new double[] {.15, .2, .25, .3, .35},
          new double[] {.15, .2, .35, .45, .6});

  @Override
  public String id() {
    return "speckle-noise";
  }

  @Override
  public Family family() {
    return Family.EXTRA;
  }

  @Override
  public String description() {
    return "Adds normal noise in proportion to every value.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    float deviation = (float) DEVIATION.value(severity, dialect, this);
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    NormalDraws.fill(rng, out, out.length);
    for (int i = 0; i < out.length; i++) {
      out[i] = clip(in[i] + in[i] * deviation * out[i]);
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
