package dev.holdfast.attacks.corruption;

/**
 * An image as planes of pixels: channel by channel, each row by row. The array is not copied;
 * nobody may change it once it is inside.
 *
 * @param channels number of planes; corruptions take 3, in the order red, green, blue
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param values channels x height x width intensities in [0, 1]
 */
@SuppressWarnings("ArrayRecordComponent")
public record PixelImage(int channels, int height, int width, float[] values) {

  private static final int RGB = 3;

  /**
   * Checks size and range.
   *
   * @throws IllegalArgumentException if the sizes do not fit, or a value is NaN or outside [0, 1]
   */
  public PixelImage {
    if (channels < 1
        || height < 1
        || width < 1
        || values.length != (long) channels * height * width) {
      throw new IllegalArgumentException(
          "The image (%d values) must match %d channels x %d rows x %d columns, all at least 1."
              .formatted(values.length, channels, height, width));
    }
    boolean inside = true;
    for (float value : values) {
      inside &= value >= 0 && value <= 1; // NaN is outside too
    }
    if (!inside) {
      throw new IllegalArgumentException(
          "The values of an image must be in [0, 1]; divide 8-bit levels by 255.");
    }
  }

  static PixelImage rgb(int height, int width, float[] values) {
    return new PixelImage(RGB, height, width, values);
  }

  /** Returns this image, or refuses one that does not have three channels. */
  PixelImage requireRgb() {
    if (channels != RGB) {
      throw new IllegalArgumentException(
          "The image (%d channels) must have 3 channels, RGB: corrupt before converting to gray."
              .formatted(channels));
    }
    return this;
  }

  /** Returns the number of pixels in one plane. */
  int area() {
    return height * width;
  }

  static float clip(float value) {
    return Math.max(0, Math.min(1, value));
  }
}
