package dev.holdfast.attacks.imaging;

import java.util.Arrays;

/**
 * A square filter that is its own mirror image, top to bottom and left to right.
 *
 * @param radius the kernel reaches this far from its center, so a side is 2 radius + 1
 * @param weights side x side, row by row
 */
@SuppressWarnings("ArrayRecordComponent")
public record Kernel(int radius, float[] weights) {

  private static final int SMALL_DISK = 8;

  /**
   * Returns a disk of sum 1 whose edge is smoothed by a Gaussian of 3 x 3 taps, or 5 x 5 where the
   * disk is larger than 8. A disk that touches the border of its kernel is smoothed as if it went
   * on there mirrored; the sum is then not 1, and the published images are that much brighter.
   */
  public static Kernel disk(double diskRadius, double deviation) {
    int radius = diskRadius <= SMALL_DISK ? SMALL_DISK : (int) diskRadius;
    int side = 2 * radius + 1;
    double[] disk = new double[side * side];
    int inside = 0;
    for (int i = 0; i < disk.length; i++) {
      int y = i / side - radius;
      int x = i % side - radius;
      if (x * x + y * y <= diskRadius * diskRadius) {
        disk[i] = 1;
        inside++;
      }
    }
    double[] taps = gaussian(diskRadius <= SMALL_DISK ? 1 : 2, deviation);
    double[] smooth = smooth(smooth(disk, side, taps, 1), side, taps, side);
    float[] weights = new float[smooth.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (smooth[i] / inside);
    }
    return new Kernel(radius, weights);
  }

  public int side() {
    return 2 * radius + 1;
  }

  /** Returns the planes of the image filtered, mirrored at the border without repeating it. */
  public float[] correlate(PixelImage image) {
    int height = image.height();
    int width = image.width();
    float[] in = image.values();
    float[] out = new float[in.length];
    Folds folds = new Folds(width);
    float[][][] ring = new float[side()][radius + 1][width];
    float[] sum = new float[width];
    for (int plane = 0; plane < in.length; plane += image.area()) {
      for (int y = -2 * radius; y < height; y++) {
        // The lowest row that row y needs; those above it are in the ring already.
        int last = Border.MIRROR.inside(y + radius, height);
        folds.fold(in, plane + last * width, ring[Math.floorMod(y + radius, side())]);
        if (y >= 0) {
          Arrays.fill(sum, 0);
          for (int ky = 0; ky <= radius; ky++) {
            add(
                ky,
                ring[(y + ky + radius + 1) % side()],
                ring[(y + 3 * radius + 1 - ky) % side()],
                sum);
          }
          Lines.clip(sum, width);
          System.arraycopy(sum, 0, out, plane + y * width, width);
        }
      }
    }
    return out;
  }

  /**
   * Adds two rows that get the same weights, or the middle one.
   *
   * @param above a row with itself shifted to both sides by 0 to radius pixels
   * @param below the row as far below the middle
   */
  private void add(int ky, float[][] above, float[][] below, float[] sum) {
    int first = ky * side() + radius;
    int waiting = -1;
    for (int shift = 0; shift <= radius; shift++) {
      float weight = weights[first + shift];
      if (weight == 0) {
        continue;
      }
      if (ky == radius) {
        Lines.add(sum, above[shift], weight, sum.length);
      } else if (waiting < 0) {
        waiting = shift;
      } else {
        Lines.addPairs(
            sum,
            above[waiting],
            below[waiting],
            weights[first + waiting],
            above[shift],
            below[shift],
            weight,
            sum.length);
        waiting = -1;
      }
    }
    if (waiting >= 0) {
      Lines.add(sum, above[waiting], weights[first + waiting], sum.length);
      Lines.add(sum, below[waiting], weights[first + waiting], sum.length);
    }
  }

  /** Adds a row to itself, shifted to both sides: pixels that get the same weights. */
  private final class Folds {

    private final int[] columns;
    private final float[] padded;
    private final float[] left;
    private final float[] right;

    Folds(int width) {
      columns = new int[width + 2 * radius];
      for (int i = 0; i < columns.length; i++) {
        columns[i] = Border.MIRROR.inside(i - radius, width);
      }
      padded = new float[columns.length];
      left = new float[width];
      right = new float[width];
    }

    void fold(float[] in, int start, float[][] folds) {
      int width = left.length;
      for (int i = 0; i < radius; i++) {
        padded[i] = in[start + columns[i]];
        padded[radius + width + i] = in[start + columns[radius + width + i]];
      }
      System.arraycopy(in, start, padded, radius, width);
      System.arraycopy(in, start, folds[0], 0, width);
      for (int shift = 1; shift <= radius; shift++) {
        System.arraycopy(padded, radius - shift, left, 0, width);
        System.arraycopy(padded, radius + shift, right, 0, width);
        Lines.set(folds[shift], left, right, width);
      }
    }
  }

  private static double[] gaussian(int reach, double deviation) {
    double[] taps = new double[2 * reach + 1];
    for (int i = 0; i < taps.length; i++) {
      double z = (i - reach) / deviation;
      taps[i] = Math.exp(-z * z / 2);
    }
    double sum = Arrays.stream(taps).sum();
    return Arrays.stream(taps).map(t -> t / sum).toArray();
  }

  /** Smooths a square along the axis whose neighbors are {@code stride} apart. */
  private static double[] smooth(double[] square, int side, double[] taps, int stride) {
    double[] out = new double[square.length];
    for (int i = 0; i < square.length; i++) {
      int position = i / stride % side;
      for (int t = 0; t < taps.length; t++) {
        int neighbor = Border.MIRROR.inside(position + t - taps.length / 2, side);
        out[i] += taps[t] * square[i + (neighbor - position) * stride];
      }
    }
    return out;
  }
}
