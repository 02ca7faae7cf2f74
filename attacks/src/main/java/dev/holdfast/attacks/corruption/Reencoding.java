package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.BoxResize;
import dev.holdfast.attacks.imaging.EightBit;
import dev.holdfast.attacks.imaging.JpegCodec;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Sends the image through one to five rounds of shrinking, storing as JPEG and blowing up again, as
 * it is passed on from place to place. Sizes and qualities of the rounds are drawn. Like {@link
 * JpegCompression}, it works on whole levels.
 */
public record Reencoding() implements Corruption {

  private static final int ROUNDS = 0;
  private static final int SCALE = 1;
  private static final int QUALITY = 2;
  private static final double SCALE_SPREAD = .1;
  private static final int QUALITY_SPREAD = 10;

  /** Rounds, smallest scale and lowest quality. */
  private static final SeverityTable CHAIN =
      SeverityTable.atEverySize(
          new double[][] {{1, .85, 75}, {2, .75, 65}, {3, .65, 50}, {4, .55, 40}, {5, .45, 30}});

  @Override
  public String id() {
    return "re-encoding";
  }

  @Override
  public Family family() {
    return Family.SHARING;
  }

  @Override
  public String description() {
    return "Shrinks the image, stores it as JPEG and blows it up again, up to five times.";
  }

  @Override
  public String source() {
    return "Douze et al., The 2021 Image Similarity Dataset and Challenge, 2021, arXiv:2106.09672";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] chain = CHAIN.row(severity, dialect, this);
    int height = clean.requireRgb().height();
    int width = clean.width();
    int[] levels = EightBit.truncate(clean);
    for (int round = 0; round < chain[ROUNDS]; round++) {
      double scale = chain[SCALE] + rng.nextDouble(0, SCALE_SPREAD);
      int quality = (int) chain[QUALITY] + rng.nextInt(QUALITY_SPREAD);
      int smallHeight = Math.max(1, (int) (height * scale));
      int smallWidth = Math.max(1, (int) (width * scale));
      int[] small = BoxResize.resize(levels, height, width, smallHeight, smallWidth);
      PixelImage stored =
          JpegCodec.roundTrip(EightBit.image(smallHeight, smallWidth, small), quality);
      levels = BoxResize.resize(EightBit.truncate(stored), smallHeight, smallWidth, height, width);
    }
    return EightBit.image(height, width, levels);
  }
}
