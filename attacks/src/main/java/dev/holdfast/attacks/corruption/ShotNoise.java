package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.PoissonDraws;
import dev.holdfast.metrics.random.CounterRng;

/** Replaces every value by a Poisson number of photons. */
public record ShotNoise() implements Corruption {

  /** Photons at intensity 1. */
  private static final SeverityTable PHOTONS =
      new SeverityTable(
          new double[] {500, 250, 100, 75, 50},
          new double[] {250, 100, 50, 30, 15},
          new double[] {60, 25, 12, 5, 3});

  @Override
  public String id() {
    return "shot-noise";
  }

  @Override
  public Family family() {
    return Family.NOISE;
  }

  @Override
  public String description() {
    return "Counts a Poisson number of photons for every value, as light itself does.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double photons = PHOTONS.value(severity, dialect, this);
    float scale = (float) (1 / photons);
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    PoissonDraws.scaled(photons).fill(rng, in, out);
    for (int i = 0; i < out.length; i++) {
      out[i] = clip(out[i] * scale);
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
