package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.EightBit.MAX_LEVEL;

import dev.holdfast.attacks.imaging.MotionFilter;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Blurs along a line within 45 degrees of the horizontal, as when the camera moves. Like the
 * original, ImageMagick's filter, it returns whole levels, which are cut off and not rounded.
 */
public record MotionBlur() implements Corruption {

  private static final double WIDEST = 45;

  /** How far the line runs in pixels, and the standard deviation along it. */
  private static final SeverityTable LINE =
      new SeverityTable(
          new double[][] {{6, 1}, {6, 1.5}, {6, 2}, {8, 2}, {9, 2.5}},
          new double[][] {{10, 1}, {10, 1.5}, {10, 2}, {10, 2.5}, {12, 3}},
          new double[][] {{10, 3}, {15, 5}, {15, 8}, {15, 12}, {20, 15}});

  @Override
  public String id() {
    return "motion-blur";
  }

  @Override
  public Family family() {
    return Family.BLUR;
  }

  @Override
  public String description() {
    return "Blurs along a nearly horizontal line, as when the camera moves.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] line = LINE.row(severity, dialect, this);
    return blur(clean.requireRgb(), line, rng.nextDouble(-WIDEST, WIDEST));
  }

  /** Blurs in a given direction. */
  PixelImage blur(PixelImage clean, int severity, Dialect dialect, double degrees) {
    return blur(clean, LINE.row(severity, dialect, this), degrees);
  }

  private static PixelImage blur(PixelImage clean, double[] line, double degrees) {
    float[] out = new MotionFilter(line[0], line[1], degrees).blur(clean);
    for (int i = 0; i < out.length; i++) {
      out[i] = MotionFilter.level(out[i] * MAX_LEVEL) / (float) MAX_LEVEL;
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
