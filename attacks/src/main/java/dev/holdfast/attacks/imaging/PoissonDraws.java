package dev.holdfast.attacks.imaging;

import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Poisson numbers whose mean is an intensity times a constant, by inversion of the distribution
 * function. The intensities of an 8-bit image are 256, so each one's function is computed once and
 * searched from a guide (Chen and Asau, "On generating random variates from an empirical
 * distribution", AIIE Trans. 6(2), 1974); any other intensity is summed up. Both give the same
 * number for the same draw.
 */
public final class PoissonDraws {

  private static final Map<Double, PoissonDraws> BY_SCALE = new ConcurrentHashMap<>();
  private static final int CHUNK = 1024;
  private static final int LEVELS = EightBit.MAX_LEVEL + 1;

  /** How close in levels an intensity must be to a level to be that level, as read from 8 bits. */
  private static final float CLOSE = 1e-4f;

  private final double scale;

  /** By level; filled where first used. Writing one twice does no harm: they are equal. */
  private final Distribution[] distributions = new Distribution[LEVELS];

  private PoissonDraws(double scale) {
    this.scale = scale;
  }

  /** Returns the draws for means of {@code scale} times an intensity. */
  public static PoissonDraws scaled(double scale) {
    return BY_SCALE.computeIfAbsent(scale, PoissonDraws::new);
  }

  /** Fills an array with one number for each intensity. */
  public void fill(CounterRng rng, float[] intensities, float[] out) {
    long[] words = new long[Math.min(out.length, CHUNK)];
    for (int start = 0; start < out.length; start += CHUNK) {
      int size = Math.min(CHUNK, out.length - start);
      rng.nextLongs(words, size);
      for (int i = 0; i < size; i++) {
        out[start + i] = number(CounterRng.toDouble(words[i]), intensities[start + i]);
      }
    }
  }

  private int number(double uniform, float intensity) {
    float level = intensity * EightBit.MAX_LEVEL;
    int nearest = (int) (level + .5f);
    if (Math.abs(level - nearest) > CLOSE) {
      return sum(uniform, intensity * scale);
    }
    Distribution known = distributions[nearest];
    if (known == null) {
      known = new Distribution(mean(nearest));
      distributions[nearest] = known;
    }
    return known.invert(uniform);
  }

  double mean(int level) {
    return level * scale / EightBit.MAX_LEVEL;
  }

  /** Returns the smallest number whose distribution function is above a uniform number. */
  static int sum(double uniform, double mean) {
    double probability = StrictMath.exp(-mean);
    double below = probability;
    int number = 0;
    while (uniform >= below) {
      number++;
      probability *= mean / number;
      double next = below + probability;
      if (next == below && number > mean) {
        // Rounding keeps the sum a little below 1.
        return number;
      }
      below = next;
    }
    return number;
  }

  /** The distribution function of one mean, and where to begin to search it. */
  private static final class Distribution {

    private final double[] below;
    private final short[] guide;

    Distribution(double mean) {
      double[] sums = new double[(int) (mean + 20 * Math.sqrt(mean) + 40)];
      double probability = StrictMath.exp(-mean);
      sums[0] = probability;
      int size = 1;
      for (int number = 1; number < sums.length; number++) {
        probability *= mean / number;
        sums[number] = sums[number - 1] + probability;
        size++;
        if (sums[number] == sums[number - 1] && number > mean) {
          break;
        }
      }
      // Above any uniform number, so that the search ends as the sum does.
      sums[size - 1] = 1;
      below = Arrays.copyOf(sums, size);
      guide = new short[LEVELS];
      int number = 0;
      for (int i = 0; i < LEVELS; i++) {
        while ((double) i / LEVELS >= below[number]) {
          number++;
        }
        guide[i] = (short) number;
      }
    }

    int invert(double uniform) {
      int number = guide[(int) (uniform * LEVELS)];
      while (uniform >= below[number]) {
        number++;
      }
      return number;
    }
  }
}
