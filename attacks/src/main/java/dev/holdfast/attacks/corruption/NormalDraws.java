package dev.holdfast.attacks.corruption;

import dev.holdfast.metrics.random.CounterRng;

/**
 * Many standard normal numbers at once by Marsaglia's polar method, which needs one logarithm for
 * two numbers and no trigonometry: an image takes hundreds of thousands of them.
 */
final class NormalDraws {

  private NormalDraws() {}

  static float[] of(CounterRng rng, int count) {
    float[] draws = new float[count];
    for (int i = 0; i < count; i += 2) {
      double u;
      double v;
      double square;
      do {
        u = rng.nextDouble(-1, 1);
        v = rng.nextDouble(-1, 1);
        square = u * u + v * v;
      } while (square >= 1 || square == 0);
      // StrictMath: the same bits on every machine.
      double scale = Math.sqrt(-2 * StrictMath.log(square) / square);
      draws[i] = (float) (u * scale);
      if (i + 1 < count) {
        draws[i + 1] = (float) (v * scale);
      }
    }
    return draws;
  }
}
