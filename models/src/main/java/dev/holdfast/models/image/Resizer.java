package dev.holdfast.models.image;

import java.io.IOException;

/**
 * Resize, crop and letterbox, with the levels that Pillow and torchvision give.
 *
 * <p>The resize is separable: rows first, then columns, with no work along an axis that keeps its
 * size. An output pixel is the sum of the input pixels under the kernel, whose weights are
 * normalised per output pixel. Antialiased, the kernel is stretched by the scale when the image
 * shrinks, there are 8-bit levels between the two axes, and weights are held in 22 fractional bits,
 * which is what a sum of 8-bit levels leaves of 32 bits with 2 to spare for the lobes of the
 * kernels. Otherwise ({@code antialias: false}) the kernel keeps its size and levels are rounded
 * once, at the end, halves to the even level, as {@code torch.nn.functional.interpolate} with
 * {@code align_corners=False} has it but for halves that fall to the other side.
 */
public final class Resizer {

  private static final long MOST_PIXELS = 1 << 26;

  /** The free number of the cubic kernel where it is not antialiased; antialiased, it is -0.5. */
  private static final double PLAIN_CUBIC = -0.75;

  private static final int FRACTION_BITS = 32 - 8 - 2;
  private static final int HALF = 1 << (FRACTION_BITS - 1);

  private Resizer() {}

  /**
   * Returns an image at model input size.
   *
   * @throws IOException if one side is so much longer than the other that the resized image would
   *     not fit into memory, or would have no pixel
   */
  public static RgbImage fit(RgbImage image, InputSpec spec) throws IOException {
    if (spec.framing() instanceof Framing.Letterbox box) {
      return letterbox(image, spec, box);
    }
    RgbImage resized =
        spec.framing() instanceof Framing.BothSides sides
            ? resized(image, sides.width(), sides.height(), spec)
            : shortSide(image, spec, ((Framing.ShortSide) spec.framing()).length());
    return centerCrop(resized, spec.width(), spec.height());
  }

  private static RgbImage shortSide(RgbImage image, InputSpec spec, int length) throws IOException {
    int shortSide = Math.min(image.width(), image.height());
    long longSide = Math.max(image.width(), image.height());
    if (longSide * length / shortSide * length > MOST_PIXELS) {
      throw tooLong(image);
    }
    return resized(
        image,
        scaled(image.width(), shortSide, length),
        scaled(image.height(), shortSide, length),
        spec);
  }

  private static IOException tooLong(RgbImage image) {
    return new IOException(
        "the image is too long for its other side (%d x %d)"
            .formatted(image.width(), image.height()));
  }

  private static int scaled(int side, int shortSide, int target) {
    return Math.toIntExact((long) target * side / shortSide);
  }

  private static RgbImage letterbox(RgbImage image, InputSpec spec, Framing.Letterbox box)
      throws IOException {
    double ratio = (double) image.width() / image.height();
    double wanted = (double) spec.width() / spec.height();
    int width = spec.width();
    int height = spec.height();
    if (ratio > wanted) {
      height = (int) Math.rint((double) image.height() / image.width() * width);
    } else if (ratio < wanted) {
      width = (int) Math.rint(ratio * height);
    }
    if (width == 0 || height == 0) {
      throw tooLong(image);
    }
    RgbImage resized = resized(image, width, height, spec);
    byte[] framed = new byte[3 * spec.width() * spec.height()];
    for (int i = 0; i < framed.length; i++) {
      framed[i] = box.color().get(i % 3).byteValue();
    }
    int left = offset(spec.width(), width);
    int top = offset(spec.height(), height);
    for (int y = 0; y < height; y++) {
      System.arraycopy(
          resized.rgb(), 3 * y * width, framed, 3 * ((top + y) * spec.width() + left), 3 * width);
    }
    return new RgbImage(spec.width(), spec.height(), framed);
  }

  private static RgbImage resized(RgbImage image, int width, int height, InputSpec spec) {
    return spec.antialias()
        ? resize(image, width, height, spec.filter())
        : plain(image, width, height, spec.filter());
  }

  static RgbImage resize(RgbImage image, int width, int height, ResizeFilter filter) {
    if (filter == ResizeFilter.NEAREST) {
      return nearest(image, width, height);
    }
    return alongY(alongX(image, width, filter), height, filter);
  }

  static RgbImage centerCrop(RgbImage image, int width, int height) {
    int left = offset(image.width(), width);
    int top = offset(image.height(), height);
    byte[] cropped = new byte[3 * width * height];
    int columns = Math.min(width, image.width());
    for (int y = Math.max(0, -top); y < height && top + y < image.height(); y++) {
      System.arraycopy(
          image.rgb(),
          3 * ((top + y) * image.width() + Math.max(0, left)),
          cropped,
          3 * (y * width + Math.max(0, -left)),
          3 * columns);
    }
    return new RgbImage(width, height, cropped);
  }

  /**
   * Returns where a crop begins: half of the rest, and halves go to the even neighbor. A crop that
   * is larger begins before the image, by half of what lacks, rounded down.
   */
  static int offset(int size, int crop) {
    return crop > size ? -((crop - size) / 2) : (int) Math.rint((size - crop) / 2.0);
  }

  private static RgbImage nearest(RgbImage image, int width, int height) {
    int[] columns = nearest(image.width(), width);
    int[] rows = nearest(image.height(), height);
    byte[] out = new byte[3 * width * height];
    int at = 0;
    for (int row : rows) {
      for (int column : columns) {
        System.arraycopy(image.rgb(), 3 * (row * image.width() + column), out, at, 3);
        at += 3;
      }
    }
    return new RgbImage(width, height, out);
  }

  /** Adds up steps, as Pillow does: a product is now and then on the other side of a border. */
  private static int[] nearest(int inSize, int outSize) {
    int[] nearest = new int[outSize];
    double scale = (double) inSize / outSize;
    double center = scale * 0.5;
    for (int i = 0; i < outSize; i++) {
      nearest[i] = Math.min(inSize - 1, (int) center);
      center += scale;
    }
    return nearest;
  }

  private static RgbImage plain(RgbImage image, int width, int height, ResizeFilter filter) {
    PlainWindow[] columns = plainWindows(image.width(), width, filter);
    PlainWindow[] rows = plainWindows(image.height(), height, filter);
    byte[] in = image.rgb();
    float[] between = new float[3 * width * image.height()];
    int at = 0;
    for (int y = 0; y < image.height(); y++) {
      for (PlainWindow column : columns) {
        for (int channel = 0; channel < 3; channel++) {
          float sum = 0;
          for (int i = 0; i < column.from().length; i++) {
            int level = in[3 * (y * image.width() + column.from()[i]) + channel] & 0xff;
            sum += level * column.weights()[i];
          }
          between[at++] = sum;
        }
      }
    }
    byte[] out = new byte[3 * width * height];
    at = 0;
    for (PlainWindow row : rows) {
      for (int x = 0; x < 3 * width; x++) {
        float sum = 0;
        for (int i = 0; i < row.from().length; i++) {
          sum += between[row.from()[i] * 3 * width + x] * row.weights()[i];
        }
        out[at++] = (byte) Math.rint(Math.max(0, Math.min(255, sum)));
      }
    }
    return new RgbImage(width, height, out);
  }

  /** The pixels that make one output pixel, and how much each counts. */
  @SuppressWarnings("ArrayRecordComponent")
  private record PlainWindow(int[] from, float[] weights) {}

  /** In float32, because halves fall where the other library has them. */
  private static PlainWindow[] plainWindows(int inSize, int outSize, ResizeFilter filter) {
    boolean cubic = filter == ResizeFilter.BICUBIC;
    float scale = (float) inSize / outSize;
    PlainWindow[] windows = new PlainWindow[outSize];
    for (int i = 0; i < outSize; i++) {
      float center = scale * (i + 0.5f) - 0.5f;
      if (!cubic) {
        center = Math.max(0, center);
      }
      int first = (int) Math.floor(center);
      float t = center - first;
      float[] weights =
          cubic
              ? new float[] {cubic(t + 1), cubic(t), cubic(1 - t), cubic(2 - t)}
              : new float[] {1 - t, t};
      int[] from = new int[weights.length];
      for (int k = 0; k < from.length; k++) {
        from[k] = Math.max(0, Math.min(inSize - 1, first + k - (cubic ? 1 : 0)));
      }
      windows[i] = new PlainWindow(from, weights);
    }
    return windows;
  }

  private static float cubic(float x) {
    return (float) ResizeFilter.cubic(x, PLAIN_CUBIC);
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
