package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * The rectangle that something before the lens covers: its share of the image follows from the
 * severity, its shape and place are drawn. It lies inside the image and has a pixel at least.
 */
record OcclusionPatch(int top, int left, int height, int width) {

  private static final double LONGEST = 2;

  /** Share of the image that is covered. */
  private static final SeverityTable SHARE = SeverityTable.atEverySize(.1, .175, .25, .325, .4);

  /** Draws a rectangle whose height and width, as parts of those of the image, differ up to 2:1. */
  static OcclusionPatch draw(
      PixelImage image, int severity, Dialect dialect, Corruption corruption, CounterRng rng) {
    double share = SHARE.value(severity, dialect, corruption);
    double shape = StrictMath.sqrt(StrictMath.pow(LONGEST, rng.nextDouble(-1, 1)));
    double part = StrictMath.sqrt(share);
    int height = Math.max(1, (int) Math.round(image.height() * part * shape));
    int width = Math.max(1, (int) Math.round(share * image.height() * image.width() / height));
    height = Math.min(height, image.height());
    width = Math.min(width, image.width());
    return new OcclusionPatch(
        rng.nextInt(image.height() - height + 1),
        rng.nextInt(image.width() - width + 1),
        height,
        width);
  }
}
