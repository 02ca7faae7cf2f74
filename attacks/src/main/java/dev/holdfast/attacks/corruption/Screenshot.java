package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.BoxResize;
import dev.holdfast.attacks.imaging.EightBit;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Puts the image, smaller, onto a light screen: a bar at the top, lines of writing at the bottom,
 * plain color around it. Where on the screen the image stands is drawn.
 */
public record Screenshot() implements Corruption {

  private static final float GROUND = .96f;
  private static final float BAR = .7f;
  private static final float INK = .08f;

  /** Height of the bar and of a line of writing, as a share of the free rows. */
  private static final double BAR_SHARE = .3;

  private static final double LINE_SHARE = .1;

  /** Words and gaps are this share of the width. */
  private static final double WORD_SHARE = .08;

  private static final SeverityTable SIZE = SeverityTable.atEverySize(.9, .78, .66, .54, .42);

  @Override
  public String id() {
    return "screenshot";
  }

  @Override
  public Family family() {
    return Family.SHARING;
  }

  @Override
  public String description() {
    return "Puts the image onto the screen of a phone, at 90 to 42 % of its size.";
  }

  @Override
  public String source() {
    return "Papakipos and Bitton, AugLy: Data Augmentations for Robustness, 2022, arXiv:2201.06494";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double size = SIZE.value(severity, dialect, this);
    int height = clean.requireRgb().height();
    int width = clean.width();
    int area = clean.area();
    int small = Math.max(1, (int) Math.round(size * height));
    int narrow = Math.max(1, (int) Math.round(size * width));
    int bar = (int) Math.ceil(BAR_SHARE * (height - small));
    int line = Math.max(1, (int) (LINE_SHARE * (height - small)));
    int word = Math.max(1, (int) (WORD_SHARE * width));
    int top = bar + rng.nextInt(Math.max(1, (height - small - bar) / 2 + 1));
    int left = rng.nextInt(width - narrow + 1);
    float[] out = new float[3 * area];
    for (int y = 0; y < height; y++) {
      boolean ofBar = y < bar;
      boolean ofWriting = y >= top + small + line && (y - top - small) / line % 2 == 1;
      for (int x = 0; x < width; x++) {
        boolean ofWord = ofWriting && x >= word && x < width - word && x / word % 4 != 3;
        float shade = ofWord ? INK : ofBar ? BAR : GROUND;
        for (int plane = 0; plane < out.length; plane += area) {
          out[plane + y * width + x] = shade;
        }
      }
    }
    paste(clean, small, narrow, out, top, left);
    return PixelImage.rgb(height, width, out);
  }

  /** Shrinks the image by averaging over boxes with parts of pixels, and puts it somewhere. */
  private static void paste(
      PixelImage image, int height, int width, float[] out, int top, int left) {
    int[] levels = new int[image.values().length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = Math.round(EightBit.MAX_LEVEL * image.values()[i]);
    }
    int[] small = BoxResize.resize(levels, image.height(), image.width(), height, width);
    for (int i = 0; i < small.length; i++) {
      int plane = i / (height * width);
      int y = i / width % height + top;
      int x = i % width + left;
      out[(plane * image.height() + y) * image.width() + x] = small[i] / (float) EightBit.MAX_LEVEL;
    }
  }
}
