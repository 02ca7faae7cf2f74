package dev.holdfast.attacks.corruption;

import java.util.Arrays;

/**
 * Smoothing of planes by a Gaussian, first down the columns, then along the rows. Taps, borders and
 * the order of summation are scipy's, in double: some corruptions cut the result off to whole
 * levels, and in a plain area the last bit decides between two of them.
 */
final class GaussianFilter {

  /** Where scipy cuts the bell off unless told otherwise, in standard deviations. */
  static final double USUAL_REACH = 4;

  /** The center's weight and those to its right; the left is the same. */
  private final double[] taps;

  private final int radius;
  private final Border border;

  /**
   * @param deviation standard deviation in pixels; 0 changes nothing
   * @param reach where the bell is cut off, in standard deviations
   */
  GaussianFilter(double deviation, double reach, Border border) {
    taps = taps(deviation, reach);
    radius = taps.length - 1;
    this.border = border;
  }

  /** Returns the weight of the center and of those to its right, of sum 1 with the left half. */
  static double[] taps(double deviation, double reach) {
    int radius = (int) (reach * deviation + .5);
    double[] line = new double[2 * radius + 1];
    for (int i = 0; i < line.length; i++) {
      double distance = i - radius;
      line[i] =
          radius == 0 ? 1 : StrictMath.exp(-.5 / (deviation * deviation) * (distance * distance));
    }
    double sum = sum(line);
    return Arrays.stream(line, radius, line.length).map(tap -> tap / sum).toArray();
  }

  /** Adds in the order in which numpy adds up to 128 numbers. */
  private static double sum(double[] values) {
    if (values.length < 8) {
      return Arrays.stream(values).reduce(0, Double::sum);
    }
    double[] lanes = Arrays.copyOf(values, 8);
    int i = 8;
    for (; i + 8 <= values.length; i += 8) {
      for (int lane = 0; lane < 8; lane++) {
        lanes[lane] += values[i + lane];
      }
    }
    double sum =
        lanes[0] + lanes[1] + (lanes[2] + lanes[3]) + (lanes[4] + lanes[5] + (lanes[6] + lanes[7]));
    for (; i < values.length; i++) {
      sum += values[i];
    }
    return sum;
  }

  /** Smooths one plane in place. */
  void smooth(double[] plane, int height, int width) {
    if (radius == 0) {
      return;
    }
    double[] columns = Scratch.doubles(height * width);
    if (radius >= height) {
      multiplyColumns(folded(height), plane, columns, height, width);
    } else {
      for (int y = 0; y < height; y++) {
        smoothColumns(plane, y, height, width, columns);
      }
    }
    if (radius >= width) {
      multiplyRows(folded(width), columns, plane, height, width);
    } else {
      double[] padded = Scratch.doubles(width + 2 * radius);
      for (int y = 0; y < height; y++) {
        pad(columns, y * width, width, padded);
        smoothRow(padded, plane, y * width, width);
      }
      Scratch.give(padded);
    }
    Scratch.give(columns);
  }

  private void smoothColumns(double[] in, int y, int height, int width, double[] out) {
    int to = y * width;
    double center = taps[0];
    for (int x = 0; x < width; x++) {
      out[to + x] = center * in[to + x];
    }
    int k = radius;
    for (; k > 1; k -= 2) {
      double a = taps[k];
      double b = taps[k - 1];
      int a1 = border.inside(y - k, height) * width;
      int a2 = border.inside(y + k, height) * width;
      int b1 = border.inside(y - k + 1, height) * width;
      int b2 = border.inside(y + k - 1, height) * width;
      for (int x = 0; x < width; x++) {
        out[to + x] = out[to + x] + a * (in[a1 + x] + in[a2 + x]) + b * (in[b1 + x] + in[b2 + x]);
      }
    }
    if (k == 1) {
      double a = taps[1];
      int a1 = border.inside(y - 1, height) * width;
      int a2 = border.inside(y + 1, height) * width;
      for (int x = 0; x < width; x++) {
        out[to + x] += a * (in[a1 + x] + in[a2 + x]);
      }
    }
  }

  private void pad(double[] in, int start, int width, double[] padded) {
    System.arraycopy(in, start, padded, radius, width);
    for (int i = 1; i <= radius; i++) {
      padded[radius - i] = in[start + border.inside(-i, width)];
      padded[radius + width - 1 + i] = in[start + border.inside(width - 1 + i, width)];
    }
  }

  private void smoothRow(double[] padded, double[] out, int to, int width) {
    double center = taps[0];
    for (int x = 0; x < width; x++) {
      out[to + x] = center * padded[radius + x];
    }
    int k = radius;
    for (; k > 1; k -= 2) {
      double a = taps[k];
      double b = taps[k - 1];
      int a1 = radius - k;
      int a2 = radius + k;
      int b1 = a1 + 1;
      int b2 = a2 - 1;
      for (int x = 0; x < width; x++) {
        out[to + x] =
            out[to + x]
                + a * (padded[a1 + x] + padded[a2 + x])
                + b * (padded[b1 + x] + padded[b2 + x]);
      }
    }
    if (k == 1) {
      double a = taps[1];
      int a1 = radius - 1;
      int a2 = radius + 1;
      for (int x = 0; x < width; x++) {
        out[to + x] += a * (padded[a1 + x] + padded[a2 + x]);
      }
    }
  }

  /**
   * Returns the filter of a line that is shorter than the bell as a matrix: entry [j][i] is the
   * weight of pixel j in pixel i, with all that the border folds onto it.
   */
  private double[][] folded(int size) {
    double[][] matrix = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int k = -radius; k <= radius; k++) {
        matrix[border.inside(i + k, size)][i] += taps[Math.abs(k)];
      }
    }
    return matrix;
  }

  private static void multiplyColumns(
      double[][] matrix, double[] in, double[] out, int height, int width) {
    for (int y = 0; y < height; y++) {
      int to = y * width;
      Arrays.fill(out, to, to + width, 0);
      for (int j = 0; j < height; j++) {
        addScaled(matrix[j][y], in, j * width, out, to, width);
      }
    }
  }

  private static void multiplyRows(
      double[][] matrix, double[] in, double[] out, int height, int width) {
    for (int y = 0; y < height; y++) {
      int to = y * width;
      Arrays.fill(out, to, to + width, 0);
      for (int j = 0; j < width; j++) {
        addScaled(in[to + j], matrix[j], 0, out, to, width);
      }
    }
  }

  private static void addScaled(
      double factor, double[] in, int from, double[] out, int to, int count) {
    for (int x = 0; x < count; x++) {
      out[to + x] += factor * in[from + x];
    }
  }
}
