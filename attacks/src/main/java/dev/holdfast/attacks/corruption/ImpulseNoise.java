package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Salt and pepper: sets single values to 0 or 1. */
public record ImpulseNoise() implements Corruption {

  /** Which share of all values is replaced. */
  private static final SeverityTable SHARE =
      new SeverityTable(
          new double[] {.01, .02, .03, .05, .07},
          new double[] {.01, .02, .05, .08, .14},
          new double[] {.03, .06, .09, .17, .27});

  private static final int CHUNK = 1024;

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
    long[] words = new long[Math.min(out.length, CHUNK)];
    for (int start = 0; start < out.length; start += CHUNK) {
      int size = Math.min(CHUNK, out.length - start);
      rng.nextLongs(words, size);
      for (int i = 0; i < size; i++) {
        if (words[i] >>> 2 < below) {
          out[start + i] = words[i] & 1;
        }
      }
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
