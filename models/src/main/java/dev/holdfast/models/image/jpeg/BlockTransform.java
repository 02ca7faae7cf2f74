package dev.holdfast.models.image.jpeg;

/**
 * The discrete cosine transform of blocks of 8 x 8, in the integers of libjpeg's accurate way: that
 * of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with 11
 * multiplications", ICASSP 1989) in the form of 12 multiplications, with 13 bits in the factors and
 * 2 more between the two passes. Coefficients are eight times those of an orthonormal transform on
 * the way forward.
 */
public final class BlockTransform {

  /** Rows and columns of a block. */
  public static final int SIDE = 8;

  private static final int AREA = SIDE * SIDE;

  /** What the forward transform's results are too large by, in bits. */
  public static final int SCALE_BITS = 3;

  private static final int MID_LEVEL = 128;
  private static final int MAX_LEVEL = 255;
  private static final int FACTOR_BITS = 13;
  private static final int PASS_BITS = 2;

  private static final int EVEN = factor(6);
  private static final int EVEN_2 = factor(2, -6);
  private static final int EVEN_6 = factor(2, 6);
  private static final int ODD = factor(3);
  private static final int ODD_1 = factor(1, 3, -5, -7);
  private static final int ODD_3 = factor(1, 3, 5, -7);
  private static final int ODD_5 = factor(1, 3, -5, 7);
  private static final int ODD_7 = factor(-1, 3, 5, -7);
  private static final int OUTER = factor(3, -7);
  private static final int INNER = factor(1, 3);
  private static final int CROSS_37 = factor(3, 5);
  private static final int CROSS_15 = factor(3, -5);

  private BlockTransform() {}

  /** Returns √2 times the sum of ±cos(kπ/16), with the sign of k, in fixed point. */
  private static int factor(int... sixteenths) {
    double sum = 0;
    for (int k : sixteenths) {
      sum += Integer.signum(k) * StrictMath.cos(k * Math.PI / 16);
    }
    return (int) Math.round(StrictMath.sqrt(2) * sum * (1 << FACTOR_BITS));
  }

  /**
   * Transforms a block of levels in place.
   *
   * @param block row by row
   */
  public static void forward(int[] block) {
    for (int y = 0; y < SIDE; y++) {
      forward(block, y * SIDE, 1, FACTOR_BITS - PASS_BITS);
      // Levels about 0 instead of the mid-level change nothing but the mean.
      block[y * SIDE] -= (SIDE * MID_LEVEL) << PASS_BITS;
    }
    for (int x = 0; x < SIDE; x++) {
      forward(block, x, SIDE, FACTOR_BITS + PASS_BITS);
    }
  }

  /**
   * Transforms a block of coefficients back in place, to levels. What does not fit 16 bits on the
   * way, in damaged files, is cut off where processors cut it off that do this with vectors.
   *
   * @param block row by row
   */
  public static void inverse(int[] block) {
    int lowerRows = 0;
    for (int i = SIDE; i < AREA; i++) {
      lowerRows |= block[i];
    }
    if (lowerRows == 0) {
      for (int i = 0; i < AREA; i++) {
        block[i] = i < SIDE ? (short) (block[i] << PASS_BITS) : block[i - SIDE];
      }
    } else {
      for (int x = 0; x < SIDE; x++) {
        inverse(block, x, SIDE, FACTOR_BITS - PASS_BITS);
      }
      for (int i = 0; i < AREA; i++) {
        block[i] = Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, block[i]));
      }
    }
    for (int y = 0; y < SIDE; y++) {
      inverse(block, y * SIDE, 1, FACTOR_BITS + PASS_BITS + SCALE_BITS);
    }
    for (int i = 0; i < AREA; i++) {
      block[i] = Math.max(0, Math.min(MAX_LEVEL, block[i] + MID_LEVEL));
    }
  }

  /** Returns the level that all of a block has whose only coefficient is the first. */
  static int flat(int dc) {
    int level = round((short) (dc << PASS_BITS), PASS_BITS + SCALE_BITS);
    return Math.max(0, Math.min(MAX_LEVEL, level + MID_LEVEL));
  }

  /**
   * Transforms a row or a column in place.
   *
   * @param first the index of its first value
   * @param stride 1 for a row, 8 for a column
   * @param bits to round off; results have the bits of the factors more than the values
   */
  private static void forward(int[] block, int first, int stride, int bits) {
    int i1 = first + stride;
    int i2 = i1 + stride;
    int i3 = i2 + stride;
    int i4 = i3 + stride;
    int i5 = i4 + stride;
    int i6 = i5 + stride;
    int i7 = i6 + stride;
    int sum0 = block[first] + block[i7];
    int sum1 = block[i1] + block[i6];
    int sum2 = block[i2] + block[i5];
    int sum3 = block[i3] + block[i4];
    int difference0 = block[first] - block[i7];
    int difference1 = block[i1] - block[i6];
    int difference2 = block[i2] - block[i5];
    int difference3 = block[i3] - block[i4];
    int outer = sum0 + sum3;
    int inner = sum1 + sum2;
    block[first] = round((outer + inner) << FACTOR_BITS, bits);
    block[i4] = round((outer - inner) << FACTOR_BITS, bits);
    int a = sum0 - sum3;
    int b = sum1 - sum2;
    int both = (a + b) * EVEN;
    block[i2] = round(both + a * EVEN_2, bits);
    block[i6] = round(both - b * EVEN_6, bits);
    int all = (difference0 + difference1 + difference2 + difference3) * ODD;
    int z1 = (difference3 + difference0) * OUTER;
    int z2 = (difference2 + difference1) * INNER;
    int z3 = all - (difference3 + difference1) * CROSS_37;
    int z4 = all - (difference2 + difference0) * CROSS_15;
    block[i7] = round(difference3 * ODD_7 - z1 + z3, bits);
    block[i5] = round(difference2 * ODD_5 - z2 + z4, bits);
    block[i3] = round(difference1 * ODD_3 - z2 + z3, bits);
    block[i1] = round(difference0 * ODD_1 - z1 + z4, bits);
  }

  /** Transforms a row or a column back in place; the parameters are those of {@link #forward}. */
  private static void inverse(int[] block, int first, int stride, int bits) {
    int i1 = first + stride;
    int i2 = i1 + stride;
    int i3 = i2 + stride;
    int i4 = i3 + stride;
    int i5 = i4 + stride;
    int i6 = i5 + stride;
    int i7 = i6 + stride;
    int in0 = block[first];
    int in1 = block[i1];
    int in2 = block[i2];
    int in3 = block[i3];
    int in4 = block[i4];
    int in5 = block[i5];
    int in6 = block[i6];
    int in7 = block[i7];
    if ((in1 | in2 | in3 | in4 | in5 | in6 | in7) == 0) {
      // Most columns of a strongly compressed image; the general way gives the same.
      int flat = round(in0 << FACTOR_BITS, bits);
      for (int i = first; i <= i7; i += stride) {
        block[i] = flat;
      }
      return;
    }
    int both = (in2 + in6) * EVEN;
    int low = both - in6 * EVEN_6;
    int high = both + in2 * EVEN_2;
    int sum = (short) (in0 + in4) << FACTOR_BITS;
    int difference = (short) (in0 - in4) << FACTOR_BITS;
    int even0 = sum + high;
    int even3 = sum - high;
    int even1 = difference + low;
    int even2 = difference - low;
    int sum37 = (short) (in7 + in3);
    int sum15 = (short) (in5 + in1);
    int all = (sum37 + sum15) * ODD;
    int z1 = (in7 + in1) * OUTER;
    int z2 = (in5 + in3) * INNER;
    int z3 = all - sum37 * CROSS_37;
    int z4 = all - sum15 * CROSS_15;
    int odd3 = in7 * ODD_7 - z1 + z3;
    int odd2 = in5 * ODD_5 - z2 + z4;
    int odd1 = in3 * ODD_3 - z2 + z3;
    int odd0 = in1 * ODD_1 - z1 + z4;
    block[first] = round(even0 + odd0, bits);
    block[i7] = round(even0 - odd0, bits);
    block[i1] = round(even1 + odd1, bits);
    block[i6] = round(even1 - odd1, bits);
    block[i2] = round(even2 + odd2, bits);
    block[i5] = round(even2 - odd2, bits);
    block[i3] = round(even3 + odd3, bits);
    block[i4] = round(even3 - odd3, bits);
  }

  private static int round(int value, int bits) {
    return (value + (1 << (bits - 1))) >> bits;
  }
}
