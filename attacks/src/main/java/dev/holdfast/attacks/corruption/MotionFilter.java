package dev.holdfast.attacks.corruption;

import java.util.Arrays;

/**
 * Blur along a line: half a Gaussian that begins at the pixel and runs on in one direction, as
 * ImageMagick's {@code -motion-blur} draws it. Beyond the border, the pixel at the border goes on.
 */
final class MotionFilter {

  private static final int FOUR = 4;

  /** A level of 8 bits in 16. */
  private static final int SIXTEEN_BITS = 257;

  private final int[] dx;
  private final int[] dy;
  private final double[] weights;

  /**
   * @param reach how far the line runs: it has 2 reach + 1 pixels
   * @param deviation standard deviation of the Gaussian along the line, in pixels
   * @param degrees direction of the line: 0 is to the right, 90 down
   */
  MotionFilter(double reach, double deviation, double degrees) {
    int length = 2 * (int) Math.ceil(reach) + 1;
    double radians = Math.toRadians(degrees);
    double sine = length * StrictMath.sin(radians);
    double cosine = length * StrictMath.cos(radians);
    double hypotenuse = StrictMath.hypot(sine, cosine);
    dx = new int[length];
    dy = new int[length];
    weights = new double[length];
    double sum = 0;
    for (int i = 0; i < length; i++) {
      dx[i] = (int) Math.ceil(i * cosine / hypotenuse - .5);
      dy[i] = (int) Math.ceil(i * sine / hypotenuse - .5);
      weights[i] = StrictMath.exp(-((double) i * i) / (2 * deviation * deviation));
      sum += weights[i];
    }
    for (int i = 0; i < length; i++) {
      weights[i] /= sum;
    }
  }

  /** Returns the planes of an image, blurred and in [0, 1]. */
  float[] blur(PixelImage image) {
    int height = image.height();
    int width = image.width();
    int margin = dx.length;
    int stride = width + 2 * margin;
    float[] in = image.values();
    float[] out = new float[in.length];
    float[] padded = Scratch.floats(height * stride);
    float[] sum = Scratch.floats(width);
    for (int plane = 0; plane < in.length; plane += image.area()) {
      pad(in, plane, height, width, margin, padded);
      for (int y = 0; y < height; y++) {
        Arrays.fill(sum, 0, width, 0);
        int i = 0;
        for (; i + FOUR <= dx.length; i += FOUR) {
          addFour(i, padded, y, height, stride, sum, width);
        }
        for (; i < dx.length; i++) {
          float weight = (float) weights[i];
          int from = from(i, y, height, stride);
          for (int x = 0; x < width; x++) {
            sum[x] += weight * padded[from + x];
          }
        }
        int to = plane + y * width;
        for (int x = 0; x < width; x++) {
          out[to + x] = PixelImage.clip(sum[x]);
        }
      }
    }
    Scratch.give(sum);
    Scratch.give(padded);
    return out;
  }

  /** Four pixels of the line at once: the sums are read and written a quarter as often. */
  private void addFour(
      int i, float[] padded, int y, int height, int stride, float[] sum, int width) {
    float a = (float) weights[i];
    float b = (float) weights[i + 1];
    float c = (float) weights[i + 2];
    float d = (float) weights[i + 3];
    int fromA = from(i, y, height, stride);
    int fromB = from(i + 1, y, height, stride);
    int fromC = from(i + 2, y, height, stride);
    int fromD = from(i + 3, y, height, stride);
    for (int x = 0; x < width; x++) {
      sum[x] +=
          a * padded[fromA + x]
              + b * padded[fromB + x]
              + (c * padded[fromC + x] + d * padded[fromD + x]);
    }
  }

  private int from(int i, int y, int height, int stride) {
    return Border.NEAREST.inside(y + dy[i], height) * stride + dx.length + dx[i];
  }

  private static void pad(
      float[] in, int start, int height, int width, int margin, float[] padded) {
    int stride = width + 2 * margin;
    for (int y = 0; y < height; y++) {
      int from = start + y * width;
      int to = y * stride;
      System.arraycopy(in, from, padded, to + margin, width);
      Arrays.fill(padded, to, to + margin, in[from]);
      Arrays.fill(padded, to + margin + width, to + stride, in[from + width - 1]);
    }
  }

  /**
   * Returns the level 0-255 that ImageMagick makes of a blurred level: it works with 16 bits a
   * channel, to which it rounds, and cuts them off to 8.
   */
  static int level(double blurred) {
    return (int) (blurred * SIXTEEN_BITS + .5) / SIXTEEN_BITS;
  }

  /** Blurs a gray plane of whole levels in place, in double, to whole levels. */
  void blurLevels(float[] levels, int height, int width) {
    double[] sum = Scratch.doubles(width);
    float[] blurred = Scratch.floats(height * width);
    for (int y = 0; y < height; y++) {
      Arrays.fill(sum, 0, width, 0);
      for (int i = 0; i < dx.length; i++) {
        double weight = weights[i];
        int row = Border.NEAREST.inside(y + dy[i], height) * width;
        int shift = dx[i];
        int begin = Math.max(0, Math.min(width, -shift));
        int end = Math.max(begin, Math.min(width, width - shift));
        for (int x = 0; x < begin; x++) {
          sum[x] += weight * levels[row];
        }
        for (int x = begin; x < end; x++) {
          sum[x] += weight * levels[row + x + shift];
        }
        for (int x = end; x < width; x++) {
          sum[x] += weight * levels[row + width - 1];
        }
      }
      for (int x = 0; x < width; x++) {
        blurred[y * width + x] = level(sum[x]);
      }
    }
    System.arraycopy(blurred, 0, levels, 0, height * width);
    Scratch.give(blurred);
    Scratch.give(sum);
  }
}
