package dev.holdfast.models.image;

/**
 * An image with 8 bits per channel.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param rgb height x width x 3 levels, row by row, red first
 */
@SuppressWarnings("ArrayRecordComponent")
public record RgbImage(int width, int height, byte[] rgb) {

  /** Checks that the sizes fit each other. */
  public RgbImage {
    if (width < 1 || height < 1 || rgb.length != Math.multiplyExact(3, width * height)) {
      throw new IllegalArgumentException(
          "The image (%d bytes) must have %d rows of %d pixels with 3 channels."
              .formatted(rgb.length, height, width));
    }
  }
}
