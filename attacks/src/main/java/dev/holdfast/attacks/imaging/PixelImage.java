package dev.holdfast.attacks.imaging;

/**
 * An image as planes of pixels: channel by channel, each row by row. The array is not copied;
 * nobody may change it once it is inside.
 */
public final class PixelImage {

  private static final int RGB = 3;

  private final int channels;
  private final int height;
  private final int width;
  private final float[] values;

  /**
   * Checks size and range.
   *
   * @param channels number of planes; corruptions take 3, in the order red, green, blue
   * @param height rows, at least 1
   * @param width columns, at least 1
   * @param values channels x height x width intensities in [0, 1]
   * @throws IllegalArgumentException if the sizes do not fit, or a value is NaN or outside [0, 1]
   */
  public PixelImage(int channels, int height, int width, float[] values) {
    this(channels, height, width, values, true);
  }

  private PixelImage(int channels, int height, int width, float[] values, boolean checked) {
    if (channels < 1
        || height < 1
        || width < 1
        || values.length != (long) channels * height * width) {
      throw new IllegalArgumentException(
          "The image (%d values) must match %d channels x %d rows x %d columns, all at least 1."
              .formatted(values.length, channels, height, width));
    }
    if (checked && !isInside(values)) {
      throw new IllegalArgumentException(
          "The values of an image must be in [0, 1]; divide 8-bit levels by 255.");
    }
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.values = values;
  }

  private static boolean isInside(float[] values) {
    boolean inside = true;
    for (float value : values) {
      inside &= value >= 0 && value <= 1; // NaN is outside too
    }
    return inside;
  }

  /** Returns what a corruption has made, which is in range: checking it can cost as much. */
  public static PixelImage rgb(int height, int width, float[] values) {
    return new PixelImage(RGB, height, width, values, false);
  }

  /** Returns the number of planes. */
  public int channels() {
    return channels;
  }

  /** Returns the number of rows. */
  public int height() {
    return height;
  }

  /** Returns the number of columns. */
  public int width() {
    return width;
  }

  /** Returns the intensities themselves, not a copy. */
  public float[] values() {
    return values;
  }

  /** Returns this image, or refuses one that does not have three channels. */
  public PixelImage requireRgb() {
    if (channels != RGB) {
      throw new IllegalArgumentException(
          "The image (%d channels) must have 3 channels, RGB: corrupt before converting to gray."
              .formatted(channels));
    }
    return this;
  }

  /** Returns the number of pixels in one plane. */
  public int area() {
    return height * width;
  }

  public static float clip(float value) {
    return Math.max(0, Math.min(1, value));
  }
}
