package dev.holdfast.attacks.imaging;

import java.util.Arrays;

/**
 * Smoothing of planes by a Gaussian, first down the columns, then along the rows. Taps, borders and
 * the order of summation are scipy's, in double: some corruptions cut the result off to whole
 * levels, and in a plain area the last bit decides between two of them.
 */
public final class GaussianFilter {

  /** Where scipy cuts the bell off unless told otherwise, in standard deviations. */
  public static final double USUAL_REACH = 4;

  /** The center's weight and those to its right; the left is the same. */
  private final double[] taps;

  private final int radius;
  private final Border border;

  /**
   * @param deviation standard deviation in pixels; 0 changes nothing
   * @param reach where the bell is cut off, in standard deviations
   */
  public GaussianFilter(double deviation, double reach, Border border) {
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
  public void smooth(double[] plane, int height, int width) {
    if (radius == 0) {
      return;
    }
    double[][] rows = radius < height ? null : rows(plane, height, width);
    double[][] down = rows == null ? null : folded(height);
    double[][] along = radius < width ? null : folded(width);
    double[][] ring = new double[2 * radius + 1][];
    int loaded = 0;
    double[] column = new double[width];
    double[] line = new double[width];
    Shifts shifts = new Shifts(width);
    for (int y = 0; y < height; y++) {
      if (rows == null) {
        // Rows are overwritten once they are done, so those still needed are kept.
        for (; loaded < Math.min(height, y + radius + 1); loaded++) {
          int slot = loaded % ring.length;
          ring[slot] = ring[slot] == null ? new double[width] : ring[slot];
          System.arraycopy(plane, loaded * width, ring[slot], 0, width);
        }
        smoothColumns(ring, y, height, column);
      } else {
        Arrays.fill(column, 0);
        for (int j = 0; j < height; j++) {
          Lines.add(column, rows[j], down[j][y], width);
        }
      }
      if (along == null) {
        shifts.smooth(column, line);
      } else {
        Arrays.fill(line, 0);
        for (int j = 0; j < width; j++) {
          Lines.add(line, along[j], column[j], width);
        }
      }
      System.arraycopy(line, 0, plane, y * width, width);
    }
  }

  private static double[][] rows(double[] plane, int height, int width) {
    double[][] rows = new double[height][];
    for (int y = 0; y < height; y++) {
      rows[y] = Arrays.copyOfRange(plane, y * width, (y + 1) * width);
    }
    return rows;
  }

  private void smoothColumns(double[][] ring, int y, int height, double[] out) {
    Lines.set(out, ring[y % ring.length], taps[0], out.length);
    int k = radius;
    for (; k > 1; k -= 2) {
      Lines.addPairs(
          out,
          ring[border.inside(y - k, height) % ring.length],
          ring[border.inside(y + k, height) % ring.length],
          taps[k],
          ring[border.inside(y - k + 1, height) % ring.length],
          ring[border.inside(y + k - 1, height) % ring.length],
          taps[k - 1],
          out.length);
    }
    if (k == 1) {
      Lines.addPair(
          out,
          ring[border.inside(y - 1, height) % ring.length],
          ring[border.inside(y + 1, height) % ring.length],
          taps[1],
          out.length);
    }
  }

  /** Lines with room for one line at four shifts. */
  private final class Shifts {

    private final double[] padded;
    private final double[][] shifted;

    Shifts(int width) {
      padded = new double[width + 2 * radius];
      shifted = new double[4][width];
    }

    void smooth(double[] in, double[] out) {
      int width = in.length;
      System.arraycopy(in, 0, padded, radius, width);
      for (int i = 1; i <= radius; i++) {
        padded[radius - i] = in[border.inside(-i, width)];
        padded[radius + width - 1 + i] = in[border.inside(width - 1 + i, width)];
      }
      Lines.set(out, in, taps[0], width);
      int k = radius;
      for (; k > 1; k -= 2) {
        Lines.addPairs(
            out,
            shifted(0, -k),
            shifted(1, k),
            taps[k],
            shifted(2, 1 - k),
            shifted(3, k - 1),
            taps[k - 1],
            width);
      }
      if (k == 1) {
        Lines.addPair(out, shifted(0, -1), shifted(1, 1), taps[1], width);
      }
    }

    private double[] shifted(int slot, int shift) {
      System.arraycopy(padded, radius + shift, shifted[slot], 0, shifted[slot].length);
      return shifted[slot];
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
}
