package dev.holdfast.attacks.imaging;

/** The way from intensities to 8-bit levels and back. */
public final class EightBit {

  public static final int MAX_LEVEL = 255;

  /**
   * An image that was loaded from 8 bits holds k/255 in float, and k/255*255 may come out just
   * below k; truncating that would darken the pixel by a level.
   */
  private static final double ROUNDING_SLACK = 1e-3;

  private EightBit() {}

  /**
   * Returns the level 0-255 of an intensity in [0, 1]: cut off, not rounded, unless it is a level
   * already.
   */
  public static int truncate(float intensity) {
    return (int) (intensity * (double) MAX_LEVEL + ROUNDING_SLACK);
  }

  /** Returns the levels of all values of an image, in the same order. */
  public static int[] truncate(PixelImage image) {
    int[] levels = new int[image.values().length];
    truncate(image.values(), 0, levels, levels.length);
    return levels;
  }

  /** Writes the levels of a line of intensities. */
  public static void truncate(float[] intensities, int from, int[] levels, int count) {
    for (int i = 0; i < count; i++) {
      levels[i] = truncate(intensities[from + i]);
    }
  }

  /** Returns the image with the given planar levels. */
  public static PixelImage image(int height, int width, int[] levels) {
    float[] values = new float[levels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = levels[i] / (float) MAX_LEVEL;
    }
    return PixelImage.rgb(height, width, values);
  }
}
