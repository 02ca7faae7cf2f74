package dev.holdfast.attacks.corruption;

import dev.holdfast.metrics.random.CounterRng;

/** Salt and pepper: sets single values to 0 or 1. */
public record ImpulseNoise() implements Corruption {

  /** Which share of all values is replaced. */
  private static final SeverityTable SHARE =
      new SeverityTable(
          new double[] {.01, .02, .03, .05, .07},
          new double[] {.01, .02, .05, .08, .14},
          new double[] {.03, .06, .09, .17, .27});

  @Override
  public String id() {
    return "impulse-noise";
  }

  @Override
  public Family family() {
    return Family.NOISE;
  }

  @Override
  public String description() {
    return "Sets single values to 0 or 1, as bit errors do.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    long below = (long) (SHARE.value(severity, dialect, this) * 0x1.0p62);
    float[] out = clean.requireRgb().values().clone();
    for (int i = 0; i < out.length; i++) {
      long bits = rng.nextLong();
      if (bits >>> 2 < below) {
        out[i] = bits & 1;
      }
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
