package dev.holdfast.attacks.imaging;

import dev.holdfast.metrics.random.CounterRng;

/**
 * Many standard normal numbers at once by the ziggurat method (Marsaglia and Tsang, "The ziggurat
 * method for generating random variables", J. Stat. Softw. 5(8), 2000), with layer and position
 * from separate bits of one random word. An image takes hundreds of thousands of them, and 98.8 %
 * cost one multiplication and one comparison.
 */
public final class NormalDraws {

  /** The density is covered by this many layers of equal area; a power of two. */
  private static final int LAYERS = 256;

  /** Where the lowest layer ends and the tail begins: the solution for 256 layers. */
  private static final double TAIL = 3.654152885361009;

  private static final double UNIT = 0x1.0p-52;
  private static final int CHUNK = 1024;

  /** Right ends of the layers, from the lowest up; the first stands for the tail too. */
  private static final double[] EDGES = new double[LAYERS + 1];

  /** Right ends in units of the 53 random bits. */
  private static final double[] STEPS = new double[LAYERS];

  /** The density at each right end, without its constant. */
  private static final double[] HEIGHTS = new double[LAYERS + 1];

  static {
    double area = TAIL * density(TAIL) + tailArea();
    EDGES[0] = area / density(TAIL);
    EDGES[1] = TAIL;
    for (int i = 1; i < LAYERS - 1; i++) {
      EDGES[i + 1] = StrictMath.sqrt(-2 * StrictMath.log(density(EDGES[i]) + area / EDGES[i]));
    }
    EDGES[LAYERS] = 0;
    for (int i = 0; i <= LAYERS; i++) {
      HEIGHTS[i] = density(EDGES[i]);
    }
    for (int i = 0; i < LAYERS; i++) {
      STEPS[i] = EDGES[i] * UNIT;
    }
  }

  private NormalDraws() {}

  /** Fills the beginning of an array. */
  public static void fill(CounterRng rng, float[] out, int count) {
    long[] words = new long[Math.min(count, CHUNK)];
    for (int start = 0; start < count; start += CHUNK) {
      int size = Math.min(CHUNK, count - start);
      rng.nextLongs(words, size);
      for (int i = 0; i < size; i++) {
        int layer = (int) words[i] & (LAYERS - 1);
        double x = (words[i] >> 11) * STEPS[layer];
        out[start + i] = Math.abs(x) < EDGES[layer + 1] ? (float) x : outside(rng, layer, x);
      }
    }
  }

  /** Draws on where a point lies outside of the rectangle that is wholly below the density. */
  private static float outside(CounterRng rng, int firstLayer, double first) {
    int layer = firstLayer;
    double x = first;
    while (true) {
      if (Math.abs(x) < EDGES[layer + 1]) {
        return (float) x;
      }
      if (layer == 0) {
        return (float) (x > 0 ? tail(rng) : -tail(rng));
      }
      double height = HEIGHTS[layer] + rng.nextDouble() * (HEIGHTS[layer + 1] - HEIGHTS[layer]);
      if (height < density(x)) {
        return (float) x;
      }
      long bits = rng.nextLong();
      layer = (int) bits & (LAYERS - 1);
      x = (bits >> 11) * STEPS[layer];
    }
  }

  /** Marsaglia's method for the tail. StrictMath: the same bits on every machine. */
  private static double tail(CounterRng rng) {
    double x;
    double y;
    do {
      x = -StrictMath.log(1 - rng.nextDouble()) / TAIL;
      y = -StrictMath.log(1 - rng.nextDouble());
    } while (2 * y < x * x);
    return TAIL + x;
  }

  private static double density(double x) {
    return StrictMath.exp(-x * x / 2);
  }

  /** Returns the area below the density right of the lowest layer, by Laplace's fraction. */
  private static double tailArea() {
    double fraction = TAIL;
    for (int i = 200; i > 0; i--) {
      fraction = TAIL + i / fraction;
    }
    return density(TAIL) / fraction;
  }
}
