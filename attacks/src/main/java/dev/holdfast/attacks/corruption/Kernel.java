package dev.holdfast.attacks.corruption;

import java.util.Arrays;

/**
 * A square filter that is its own mirror image, top to bottom.
 *
 * @param radius the kernel reaches this far from its center, so a side is 2 radius + 1
 * @param weights side x side, row by row
 */
@SuppressWarnings("ArrayRecordComponent")
record Kernel(int radius, float[] weights) {

  private static final int SMALL_DISK = 8;
  private static final int FOUR = 4;

  /**
   * Returns a disk of sum 1 whose edge is smoothed by a Gaussian of 3 x 3 taps, or 5 x 5 where the
   * disk is larger than 8. A disk that touches the border of its kernel is smoothed as if it went
   * on there mirrored; the sum is then not 1, and the published images are that much brighter.
   */
  static Kernel disk(double diskRadius, double deviation) {
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

  int side() {
    return 2 * radius + 1;
  }

  /** Returns the planes of the image filtered, mirrored at the border without repeating it. */
  float[] correlate(PixelImage image) {
    int width = image.width();
    float[] out = new float[image.values().length];
    int[] columns = mirrored(width);
    int[] rows = mirrored(image.height());
    float[][] padded = new float[rows.length][columns.length];
    float[] folded = new float[columns.length];
    float[] sum = new float[width];
    for (int plane = 0; plane < out.length; plane += image.area()) {
      for (int y = 0; y < rows.length; y++) {
        int start = plane + rows[y] * width;
        for (int x = 0; x < columns.length; x++) {
          padded[y][x] = image.values()[start + columns[x]];
        }
      }
      for (int y = 0; y < image.height(); y++) {
        Arrays.fill(sum, 0);
        for (int ky = 0; ky <= radius; ky++) {
          accumulate(ky, fold(padded, y, ky, folded), sum);
        }
        for (int x = 0; x < width; x++) {
          out[plane + y * width + x] = PixelImage.clip(sum[x]);
        }
      }
    }
    return out;
  }

  /** Adds the two rows that get the same weights, which halves the multiplications. */
  private float[] fold(float[][] padded, int y, int ky, float[] folded) {
    if (ky == radius) {
      return padded[y + ky];
    }
    float[] above = padded[y + ky];
    float[] below = padded[y + 2 * radius - ky];
    for (int x = 0; x < folded.length; x++) {
      folded[x] = above[x] + below[x];
    }
    return folded;
  }

  private void accumulate(int ky, float[] row, float[] sum) {
    int end = (ky + 1) * side();
    int k = ky * side();
    while (k < end) {
      if (weights[k] == 0) {
        k++;
      } else if (k + FOUR <= end) {
        addFour(k, row, k - ky * side(), sum);
        k += FOUR;
      } else {
        addOne(k, row, k - ky * side(), sum);
        k++;
      }
    }
  }

  private void addOne(int k, float[] row, int shift, float[] sum) {
    float weight = weights[k];
    for (int x = 0; x < sum.length; x++) {
      sum[x] += weight * row[x + shift];
    }
  }

  /** Four weights at once: the sums are read and written a quarter as often. */
  private void addFour(int k, float[] row, int shift, float[] sum) {
    float a = weights[k];
    float b = weights[k + 1];
    float c = weights[k + 2];
    float d = weights[k + 3];
    for (int x = 0; x < sum.length; x++) {
      int i = x + shift;
      sum[x] += a * row[i] + b * row[i + 1] + (c * row[i + 2] + d * row[i + 3]);
    }
  }

  private int[] mirrored(int size) {
    int[] index = new int[size + 2 * radius];
    for (int i = 0; i < index.length; i++) {
      index[i] = Border.MIRROR.inside(i - radius, size);
    }
    return index;
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
