package dev.holdfast.attacks.imaging;

import java.util.Arrays;

/**
 * Blur along a line: half a Gaussian that begins at the pixel and runs on in one direction, as
 * ImageMagick's {@code -motion-blur} draws it. Beyond the border, the pixel at the border goes on.
 */
public final class MotionFilter {

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
  public MotionFilter(double reach, double deviation, double degrees) {
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
  public float[] blur(PixelImage image) {
    int height = image.height();
    int width = image.width();
    int margin = dx.length;
    int stride = width + 2 * margin;
    float[] in = image.values();
    float[] out = new float[in.length];
    float[] padded = Scratch.floats(height * stride);
    float[] sum = new float[width];
    float[][] lines = new float[FOUR][width];
    float[] four = new float[FOUR];
    for (int plane = 0; plane < in.length; plane += image.area()) {
      for (int y = 0; y < height; y++) {
        Lines.padNearest(in, plane + y * width, width, padded, y * stride, margin);
      }
      for (int y = 0; y < height; y++) {
        Arrays.fill(sum, 0);
        for (int i = 0; i < dx.length; i++) {
          int row = Border.NEAREST.inside(y + dy[i], height) * stride;
          int slot = i % FOUR;
          System.arraycopy(padded, row + margin + dx[i], lines[slot], 0, width);
          four[slot] = (float) weights[i];
          if (slot == FOUR - 1) {
            Lines.addFour(sum, lines, four, width);
          }
        }
        for (int slot = 0; slot < dx.length % FOUR; slot++) {
          Lines.add(sum, lines[slot], four[slot], width);
        }
        Lines.clip(sum, width);
        System.arraycopy(sum, 0, out, plane + y * width, width);
      }
    }
    Scratch.give(padded);
    return out;
  }

  /**
   * Returns the level 0-255 that ImageMagick makes of a blurred level: it works with 16 bits a
   * channel, to which it rounds, and cuts them off to 8.
   */
  public static int level(double blurred) {
    return (int) (blurred * SIXTEEN_BITS + .5) / SIXTEEN_BITS;
  }

  /** Blurs a gray plane of whole levels in place, in double, to whole levels. */
  public void blurLevels(float[] levels, int height, int width) {
    int margin = dx.length;
    int stride = width + 2 * margin;
    double[] padded = Scratch.doubles(height * stride);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < stride; x++) {
        padded[y * stride + x] = levels[y * width + Border.NEAREST.inside(x - margin, width)];
      }
    }
    double[] sum = new double[width];
    double[] line = new double[width];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sum, 0);
      for (int i = 0; i < dx.length; i++) {
        int row = Border.NEAREST.inside(y + dy[i], height) * stride;
        System.arraycopy(padded, row + margin + dx[i], line, 0, width);
        Lines.add(sum, line, weights[i], width);
      }
      for (int x = 0; x < width; x++) {
        levels[y * width + x] = level(sum[x]);
      }
    }
    Scratch.give(padded);
  }
}
