package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.corruption.EightBit.MAX_LEVEL;

/**
 * Rounds blocks of 8 x 8 levels in the domain of the discrete cosine transform. The transform is
 * that of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with 11
 * multiplications", ICASSP 1989) in the 12-multiplication form and the fixed point of libjpeg: 13
 * bits in the factors, 2 more between the two passes.
 */
final class JpegBlocks {

  static final int SIDE = 8;

  private static final int AREA = SIDE * SIDE;
  private static final int MID_LEVEL = 128;
  private static final int FACTOR_BITS = 13;
  private static final int PASS_BITS = 2;

  /** What the forward transform's results are too large by: 8. */
  private static final int SCALE_BITS = 3;

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

  private static final int RECIPROCAL_BITS = 28;

  private final int[] steps;

  /** To divide by a step times 8: exact for the 15 bits that coefficients have. */
  private final long[] reciprocals = new long[AREA];

  /**
   * @param steps the quantization table, row by row
   */
  JpegBlocks(int[] steps) {
    this.steps = steps;
    for (int i = 0; i < AREA; i++) {
      reciprocals[i] = (1L << RECIPROCAL_BITS) / (steps[i] << SCALE_BITS) + 1;
    }
  }

  /** Returns √2 times the sum of ±cos(kπ/16), with the sign of k, in fixed point. */
  private static int factor(int... sixteenths) {
    double sum = 0;
    for (int k : sixteenths) {
      sum += Integer.signum(k) * StrictMath.cos(k * Math.PI / 16);
    }
    return (int) Math.round(StrictMath.sqrt(2) * sum * (1 << FACTOR_BITS));
  }

  /** Rounds all blocks of a plane of whole blocks in place. */
  void roundTrip(int[] plane, int height, int width) {
    int[] block = new int[AREA];
    for (int top = 0; top < height; top += SIDE) {
      for (int left = 0; left < width; left += SIDE) {
        int corner = top * width + left;
        for (int y = 0; y < SIDE; y++) {
          forward(plane, corner + y * width, block, y * SIDE);
        }
        for (int x = 0; x < SIDE; x++) {
          forwardDown(block, x);
        }
        quantize(block);
        for (int x = 0; x < SIDE; x++) {
          inverseDown(block, x);
        }
        for (int y = 0; y < SIDE; y++) {
          inverse(block, y * SIDE, plane, corner + y * width);
        }
      }
    }
  }

  /** Rounds coefficients, that are eight times too large, to multiples of the steps. */
  private void quantize(int[] block) {
    for (int i = 0; i < AREA; i++) {
      int size = Math.abs(block[i]) + (steps[i] << (SCALE_BITS - 1));
      int rounded = (int) ((size * reciprocals[i]) >> RECIPROCAL_BITS) * steps[i];
      block[i] = block[i] < 0 ? -rounded : rounded;
    }
  }

  private static void forward(int[] in, int from, int[] out, int to) {
    int sum0 = in[from] + in[from + 7] - 2 * MID_LEVEL;
    int sum1 = in[from + 1] + in[from + 6] - 2 * MID_LEVEL;
    int sum2 = in[from + 2] + in[from + 5] - 2 * MID_LEVEL;
    int sum3 = in[from + 3] + in[from + 4] - 2 * MID_LEVEL;
    int difference0 = in[from] - in[from + 7];
    int difference1 = in[from + 1] - in[from + 6];
    int difference2 = in[from + 2] - in[from + 5];
    int difference3 = in[from + 3] - in[from + 4];
    int outer = sum0 + sum3;
    int inner = sum1 + sum2;
    out[to] = (outer + inner) << PASS_BITS;
    out[to + 4] = (outer - inner) << PASS_BITS;
    int a = sum0 - sum3;
    int b = sum1 - sum2;
    int both = (a + b) * EVEN;
    out[to + 2] = round(both + a * EVEN_2, FACTOR_BITS - PASS_BITS);
    out[to + 6] = round(both - b * EVEN_6, FACTOR_BITS - PASS_BITS);
    int all = (difference0 + difference1 + difference2 + difference3) * ODD;
    int z1 = (difference3 + difference0) * OUTER;
    int z2 = (difference2 + difference1) * INNER;
    int z3 = all - (difference3 + difference1) * CROSS_37;
    int z4 = all - (difference2 + difference0) * CROSS_15;
    out[to + 7] = round(difference3 * ODD_7 - z1 + z3, FACTOR_BITS - PASS_BITS);
    out[to + 5] = round(difference2 * ODD_5 - z2 + z4, FACTOR_BITS - PASS_BITS);
    out[to + 3] = round(difference1 * ODD_3 - z2 + z3, FACTOR_BITS - PASS_BITS);
    out[to + 1] = round(difference0 * ODD_1 - z1 + z4, FACTOR_BITS - PASS_BITS);
  }

  private static void forwardDown(int[] block, int x) {
    int sum0 = block[x] + block[x + 7 * SIDE];
    int sum1 = block[x + SIDE] + block[x + 6 * SIDE];
    int sum2 = block[x + 2 * SIDE] + block[x + 5 * SIDE];
    int sum3 = block[x + 3 * SIDE] + block[x + 4 * SIDE];
    int difference0 = block[x] - block[x + 7 * SIDE];
    int difference1 = block[x + SIDE] - block[x + 6 * SIDE];
    int difference2 = block[x + 2 * SIDE] - block[x + 5 * SIDE];
    int difference3 = block[x + 3 * SIDE] - block[x + 4 * SIDE];
    int outer = sum0 + sum3;
    int inner = sum1 + sum2;
    block[x] = round(outer + inner, PASS_BITS);
    block[x + 4 * SIDE] = round(outer - inner, PASS_BITS);
    int a = sum0 - sum3;
    int b = sum1 - sum2;
    int both = (a + b) * EVEN;
    block[x + 2 * SIDE] = round(both + a * EVEN_2, FACTOR_BITS + PASS_BITS);
    block[x + 6 * SIDE] = round(both - b * EVEN_6, FACTOR_BITS + PASS_BITS);
    int all = (difference0 + difference1 + difference2 + difference3) * ODD;
    int z1 = (difference3 + difference0) * OUTER;
    int z2 = (difference2 + difference1) * INNER;
    int z3 = all - (difference3 + difference1) * CROSS_37;
    int z4 = all - (difference2 + difference0) * CROSS_15;
    block[x + 7 * SIDE] = round(difference3 * ODD_7 - z1 + z3, FACTOR_BITS + PASS_BITS);
    block[x + 5 * SIDE] = round(difference2 * ODD_5 - z2 + z4, FACTOR_BITS + PASS_BITS);
    block[x + 3 * SIDE] = round(difference1 * ODD_3 - z2 + z3, FACTOR_BITS + PASS_BITS);
    block[x + SIDE] = round(difference0 * ODD_1 - z1 + z4, FACTOR_BITS + PASS_BITS);
  }

  private static void inverseDown(int[] block, int x) {
    int in0 = block[x];
    int in1 = block[x + SIDE];
    int in2 = block[x + 2 * SIDE];
    int in3 = block[x + 3 * SIDE];
    int in4 = block[x + 4 * SIDE];
    int in5 = block[x + 5 * SIDE];
    int in6 = block[x + 6 * SIDE];
    int in7 = block[x + 7 * SIDE];
    if ((in1 | in2 | in3 | in4 | in5 | in6 | in7) == 0) {
      // Most columns of a strongly compressed image; the general way gives the same.
      int flat = in0 << PASS_BITS;
      for (int i = x; i < AREA; i += SIDE) {
        block[i] = flat;
      }
      return;
    }
    int both = (in2 + in6) * EVEN;
    int low = both - in6 * EVEN_6;
    int high = both + in2 * EVEN_2;
    int sum = (in0 + in4) << FACTOR_BITS;
    int difference = (in0 - in4) << FACTOR_BITS;
    int even0 = sum + high;
    int even3 = sum - high;
    int even1 = difference + low;
    int even2 = difference - low;
    int all = (in7 + in5 + in3 + in1) * ODD;
    int z1 = (in7 + in1) * OUTER;
    int z2 = (in5 + in3) * INNER;
    int z3 = all - (in7 + in3) * CROSS_37;
    int z4 = all - (in5 + in1) * CROSS_15;
    int odd3 = in7 * ODD_7 - z1 + z3;
    int odd2 = in5 * ODD_5 - z2 + z4;
    int odd1 = in3 * ODD_3 - z2 + z3;
    int odd0 = in1 * ODD_1 - z1 + z4;
    block[x] = round(even0 + odd0, FACTOR_BITS - PASS_BITS);
    block[x + 7 * SIDE] = round(even0 - odd0, FACTOR_BITS - PASS_BITS);
    block[x + SIDE] = round(even1 + odd1, FACTOR_BITS - PASS_BITS);
    block[x + 6 * SIDE] = round(even1 - odd1, FACTOR_BITS - PASS_BITS);
    block[x + 2 * SIDE] = round(even2 + odd2, FACTOR_BITS - PASS_BITS);
    block[x + 5 * SIDE] = round(even2 - odd2, FACTOR_BITS - PASS_BITS);
    block[x + 3 * SIDE] = round(even3 + odd3, FACTOR_BITS - PASS_BITS);
    block[x + 4 * SIDE] = round(even3 - odd3, FACTOR_BITS - PASS_BITS);
  }

  private static void inverse(int[] block, int from, int[] out, int to) {
    int in0 = block[from];
    int in1 = block[from + 1];
    int in2 = block[from + 2];
    int in3 = block[from + 3];
    int in4 = block[from + 4];
    int in5 = block[from + 5];
    int in6 = block[from + 6];
    int in7 = block[from + 7];
    int both = (in2 + in6) * EVEN;
    int low = both - in6 * EVEN_6;
    int high = both + in2 * EVEN_2;
    int sum = (in0 + in4) << FACTOR_BITS;
    int difference = (in0 - in4) << FACTOR_BITS;
    int even0 = sum + high;
    int even3 = sum - high;
    int even1 = difference + low;
    int even2 = difference - low;
    int all = (in7 + in5 + in3 + in1) * ODD;
    int z1 = (in7 + in1) * OUTER;
    int z2 = (in5 + in3) * INNER;
    int z3 = all - (in7 + in3) * CROSS_37;
    int z4 = all - (in5 + in1) * CROSS_15;
    int odd3 = in7 * ODD_7 - z1 + z3;
    int odd2 = in5 * ODD_5 - z2 + z4;
    int odd1 = in3 * ODD_3 - z2 + z3;
    int odd0 = in1 * ODD_1 - z1 + z4;
    out[to] = level(even0 + odd0);
    out[to + 7] = level(even0 - odd0);
    out[to + 1] = level(even1 + odd1);
    out[to + 6] = level(even1 - odd1);
    out[to + 2] = level(even2 + odd2);
    out[to + 5] = level(even2 - odd2);
    out[to + 3] = level(even3 + odd3);
    out[to + 4] = level(even3 - odd3);
  }

  private static int level(int value) {
    int rounded = round(value, FACTOR_BITS + PASS_BITS + SCALE_BITS) + MID_LEVEL;
    return Math.max(0, Math.min(MAX_LEVEL, rounded));
  }

  private static int round(int value, int bits) {
    return (value + (1 << (bits - 1))) >> bits;
  }
}
