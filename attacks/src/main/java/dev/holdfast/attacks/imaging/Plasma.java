package dev.holdfast.attacks.imaging;

import dev.holdfast.metrics.random.CounterRng;

/**
 * A square height map by the diamond-square algorithm (Fournier, Fussell and Carpenter, "Computer
 * rendering of stochastic models", CACM 25(6), 1982) on a torus, as the published fog draws it: a
 * step is filled from four neighbors plus a wobble times a uniform number between the wobble and
 * its negative. The wobble is divided by a constant after every step.
 */
public final class Plasma {

  private static final double FIRST_WOBBLE = 100;

  private Plasma() {}

  /**
   * Returns the size² - 1 random numbers of a map, in the order in which they are needed.
   *
   * @param size side of the map, a power of two and at least 2
   * @param decay what the wobble is divided by after each step
   */
  public static double[] draws(int size, double decay, CounterRng rng) {
    double[] draws = Scratch.doubles(size * size - 1);
    int at = 0;
    double wobble = FIRST_WOBBLE;
    long[] words = new long[3 * size];
    for (int points = 1; points < size; points *= 2) {
      for (int end = at + 3 * points * points; at < end; ) {
        int count = Math.min(words.length, end - at);
        rng.nextLongs(words, count);
        for (int i = 0; i < count; i++) {
          draws[at++] = wobble * (2 * CounterRng.toDouble(words[i]) - 1);
        }
      }
      wobble /= decay;
    }
    return draws;
  }

  /** Returns a map with values in [0, 1], both of which occur. */
  public static double[] map(int size, double decay, double[] draws) {
    double[] map = Scratch.doubles(size * size);
    map[0] = 0;
    int at = 0;
    double wobble = FIRST_WOBBLE;
    for (int step = size; step >= 2; step /= 2) {
      int half = step / 2;
      for (int y = half; y < size; y += step) {
        int above = (y - half) * size;
        int below = (y + half) % size * size;
        for (int x = half; x < size; x += step) {
          int right = (x + half) % size;
          double sum = map[above + x - half] + map[below + x - half];
          sum += map[above + right] + map[below + right];
          map[y * size + x] = sum / 4 + wobble * draws[at++];
        }
      }
      for (int y = 0; y < size; y += step) {
        int row = y * size;
        int above = (y - half + size) % size * size;
        int below = (y + half) * size;
        for (int x = half; x < size; x += step) {
          double sum = map[below + x] + map[above + x];
          sum += map[row + x - half] + map[row + (x + half) % size];
          map[row + x] = sum / 4 + wobble * draws[at++];
        }
      }
      for (int y = half; y < size; y += step) {
        int row = y * size;
        int above = (y - half) * size;
        int below = (y + half) % size * size;
        for (int x = 0; x < size; x += step) {
          double sum = map[row + x + half] + map[row + (x - half + size) % size];
          sum += map[above + x] + map[below + x];
          map[row + x] = sum / 4 + wobble * draws[at++];
        }
      }
      wobble /= decay;
    }
    scale(map, size * size);
    return map;
  }

  private static void scale(double[] map, int count) {
    double low = map[0];
    double high = map[0];
    for (int i = 0; i < count; i++) {
      low = Math.min(low, map[i]);
      high = Math.max(high, map[i]);
    }
    for (int i = 0; i < count; i++) {
      map[i] = (map[i] - low) / (high - low);
    }
  }
}
