package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.corruption.EightBit.MAX_LEVEL;

/**
 * Resizing of 8-bit planes with a box filter that has Pillow's rounding: weights are fixed-point
 * numbers of 22 bits, rows are resized first, and the result is rounded to levels after each axis.
 */
final class BoxResize {

  private static final int FRACTION_BITS = 22;

  private BoxResize() {}

  /** Returns resized planes; the number of planes follows from the length of {@code levels}. */
  static int[] resize(int[] levels, int height, int width, int newHeight, int newWidth) {
    int planes = levels.length / (height * width);
    int[] wide = along(new Axis(width, newWidth), levels, planes * height, 1);
    return along(new Axis(height, newHeight), wide, planes, newWidth);
  }

  /** Resizes the middle axis of outer x size x inner levels. */
  private static int[] along(Axis axis, int[] in, int outer, int inner) {
    int[] out = new int[outer * axis.first.length * inner];
    for (int o = 0, to = 0; o < outer; o++) {
      int block = o * axis.size * inner;
      for (int i = 0; i < axis.first.length; i++) {
        int start = block + axis.first[i] * inner;
        int[] weights = axis.weights[i];
        for (int j = 0; j < inner; j++, to++) {
          int sum = 1 << (FRACTION_BITS - 1);
          for (int t = 0; t < weights.length; t++) {
            sum += weights[t] * in[start + t * inner + j];
          }
          out[to] = Math.min(MAX_LEVEL, sum >> FRACTION_BITS);
        }
      }
    }
    return out;
  }

  /** Which input positions make up each output position of one axis, and with which weights. */
  private static final class Axis {
    final int size;
    final int[] first;
    final int[][] weights;

    Axis(int size, int newSize) {
      this.size = size;
      first = new int[newSize];
      weights = new int[newSize][];
      double step = (double) size / newSize;
      double boxWidth = Math.max(step, 1);
      double narrowing = 1 / boxWidth;
      for (int i = 0; i < newSize; i++) {
        double center = (i + .5) * step;
        int from = Math.max(0, (int) (center - boxWidth / 2 + .5));
        int to = Math.min(size, (int) (center + boxWidth / 2 + .5));
        double[] inBox = new double[to - from];
        double sum = 0;
        for (int t = 0; t < inBox.length; t++) {
          double offset = (from + t - center + .5) * narrowing;
          // A pixel on the edge between two boxes counts in the left one only.
          inBox[t] = offset > -.5 && offset <= .5 ? 1 : 0;
          sum += inBox[t];
        }
        first[i] = from;
        weights[i] = new int[inBox.length];
        for (int t = 0; t < inBox.length; t++) {
          weights[i][t] = (int) (.5 + inBox[t] / sum * (1 << FRACTION_BITS));
        }
      }
    }
  }
}
