package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.NormalDraws;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Adds independent normal noise to every value, as in low light. */
public record GaussianNoise() implements Corruption {

  private static final SeverityTable DEVIATION =
      new SeverityTable(
          new double[] {.04, .06, .08, .09, .10},
          new double[] {.04, .08, .12, .15, .18},
          new double[] {.08, .12, .18, .26, .38});

  @Override
  public String id() {
    return "gaussian-noise";
  }

  @Override
  public Family family() {
    return Family.NOISE;
  }

  @Override
  public String description() {
    return "Adds independent normal noise to every value, as in low light.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    float deviation = (float) DEVIATION.value(severity, dialect, this);
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    NormalDraws.fill(rng, out, out.length);
    for (int i = 0; i < out.length; i++) {
      out[i] = clip(in[i] + deviation * out[i]);
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
