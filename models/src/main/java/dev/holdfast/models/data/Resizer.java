package dev.holdfast.models.data;

import java.io.IOException;

/**
 * Resize of the short side and center crop, with the levels that Pillow and torchvision give.
 *
 * <p>The resize is antialiased and separable: rows first, then columns, with 8-bit levels between
 * the two and no work along an axis that keeps its size. An output pixel is the sum of the input
 * pixels under the kernel, which is stretched by the scale when the image shrinks; weights are
 * normalised per output pixel and held in 22 fractional bits, which is what a sum of 8-bit levels
 * leaves of 32 bits with 2 to spare for the lobes of the bicubic kernel.
 */
final class Resizer {

  private static final long MOST_PIXELS = 1 << 26;
  private static final int FRACTION_BITS = 32 - 8 - 2;
  private static final int HALF = 1 << (FRACTION_BITS - 1);

  private Resizer() {}

  /**
   * Returns an image at model input size.
   *
   * @throws IOException if one side is so much longer than the other that the resized image would
   *     not fit into memory
   */
  static RgbImage fit(RgbImage image, InputSpec spec) throws IOException {
    int shortSide = Math.min(image.width(), image.height());
    long longSide = Math.max(image.width(), image.height());
    if (longSide * spec.resizeShortSide() / shortSide * spec.resizeShortSide() > MOST_PIXELS) {
      throw new IOException(
          "the image is too long for its other side (%d x %d)"
              .formatted(image.width(), image.height()));
    }
    RgbImage resized =
        resize(
            image,
            scaled(image.width(), shortSide, spec.resizeShortSide()),
            scaled(image.height(), shortSide, spec.resizeShortSide()),
            spec.resize());
    return centerCrop(resized, spec.width(), spec.height());
  }

  private static int scaled(int side, int shortSide, int target) {
    return Math.toIntExact((long) target * side / shortSide);
  }

  static RgbImage resize(RgbImage image, int width, int height, ResizeFilter filter) {
    return alongY(alongX(image, width, filter), height, filter);
  }

  static RgbImage centerCrop(RgbImage image, int width, int height) {
    int left = offset(image.width(), width);
    int top = offset(image.height(), height);
    byte[] cropped = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      System.arraycopy(
          image.rgb(), 3 * ((top + y) * image.width() + left), cropped, 3 * y * width, 3 * width);
    }
    return new RgbImage(width, height, cropped);
  }

  /** Returns where a crop begins: half of the rest, and halves go to the even neighbor. */
  static int offset(int size, int crop) {
    return (int) Math.rint((size - crop) / 2.0);
  }

  private static RgbImage alongX(RgbImage image, int width, ResizeFilter filter) {
    if (width == image.width()) {
      return image;
    }
    Window[] windows = windows(image.width(), width, filter);
    byte[] in = image.rgb();
    byte[] out = new byte[3 * width * image.height()];
    int at = 0;
    for (int y = 0; y < image.height(); y++) {
      int row = 3 * y * image.width();
      for (Window window : windows) {
        for (int channel = 0; channel < 3; channel++) {
          out[at++] = window.sum(in, row + 3 * window.first() + channel, 3);
        }
      }
    }
    return new RgbImage(width, image.height(), out);
  }

  private static RgbImage alongY(RgbImage image, int height, ResizeFilter filter) {
    if (height == image.height()) {
      return image;
    }
    Window[] windows = windows(image.height(), height, filter);
    byte[] in = image.rgb();
    int stride = 3 * image.width();
    byte[] out = new byte[stride * height];
    int at = 0;
    for (Window window : windows) {
      for (int column = 0; column < stride; column++) {
        out[at++] = window.sum(in, window.first() * stride + column, stride);
      }
    }
    return new RgbImage(image.width(), height, out);
  }

  /** The weighted input pixels that make one output pixel. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Window(int first, int[] weights) {

    byte sum(byte[] in, int start, int stride) {
      int sum = HALF;
      int at = start;
      for (int weight : weights) {
        sum += weight * (in[at] & 0xff);
        at += stride;
      }
      return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
    }
  }

  private static Window[] windows(int inSize, int outSize, ResizeFilter filter) {
    double scale = (double) inSize / outSize;
    double stretch = Math.max(1, scale);
    double support = filter.support() * stretch;
    Window[] windows = new Window[outSize];
    for (int i = 0; i < outSize; i++) {
      double center = (i + 0.5) * scale;
      int first = Math.max(0, (int) (center - support + 0.5));
      int end = Math.min(inSize, (int) (center + support + 0.5));
      double[] weights = new double[end - first];
      double sum = 0;
      for (int x = 0; x < weights.length; x++) {
        weights[x] = filter.weight((x + first - center + 0.5) * (1 / stretch));
        sum += weights[x];
      }
      int[] fixed = new int[weights.length];
      for (int x = 0; x < weights.length; x++) {
        double weight = weights[x] / sum * (1 << FRACTION_BITS);
        fixed[x] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
      }
      windows[i] = new Window(first, fixed);
    }
    return windows;
  }
}
