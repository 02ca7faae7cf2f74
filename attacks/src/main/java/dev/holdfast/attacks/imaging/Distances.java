package dev.holdfast.attacks.imaging;

import java.util.Arrays;

/**
 * Distances to the nearest marked pixel, as sums of steps along the axes, diagonals and knight's
 * moves (Borgefors, "Distance transformations in digital images", CVGIP 34(3), 1986), with the
 * lengths and the 16-bit fractions of OpenCV.
 */
public final class Distances {

  private static final int FRACTION = 1 << 16;
  private static final int STRAIGHT = FRACTION;
  private static final int DIAGONAL = (int) (1.4f * FRACTION + .5);
  private static final int KNIGHT = (int) (2.1969f * FRACTION + .5);
  private static final int FAR = Integer.MAX_VALUE >> 2;
  private static final int MARGIN = 2;

  private Distances() {}

  /** Returns the distances in pixels, at most {@code most}, which stands for no mark at all too. */
  public static double[] to(boolean[] marks, int height, int width, double most) {
    int stride = width + 2 * MARGIN;
    int[] far = new int[(height + 2 * MARGIN) * stride];
    Arrays.fill(far, FAR);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int i = (y + MARGIN) * stride + x + MARGIN;
        far[i] = marks[y * width + x] ? 0 : nearest(far, i, -stride, -1, FAR);
      }
    }
    double[] distances = new double[height * width];
    for (int y = height - 1; y >= 0; y--) {
      for (int x = width - 1; x >= 0; x--) {
        int i = (y + MARGIN) * stride + x + MARGIN;
        far[i] = nearest(far, i, stride, 1, far[i]);
        distances[y * width + x] = Math.min(most, far[i] / (double) FRACTION);
      }
    }
    return distances;
  }

  /** Returns the least of a distance and those by way of the half of the neighbors seen before. */
  private static int nearest(int[] far, int i, int row, int column, int least) {
    int best = least;
    best = Math.min(best, far[i + 2 * row - 1] + KNIGHT);
    best = Math.min(best, far[i + 2 * row + 1] + KNIGHT);
    best = Math.min(best, far[i + row - 2] + KNIGHT);
    best = Math.min(best, far[i + row - 1] + DIAGONAL);
    best = Math.min(best, far[i + row] + STRAIGHT);
    best = Math.min(best, far[i + row + 1] + DIAGONAL);
    best = Math.min(best, far[i + row + 2] + KNIGHT);
    return Math.min(best, far[i + column] + STRAIGHT);
  }
}
