package dev.holdfast.metrics.stats;

import dev.holdfast.metrics.random.CounterRng;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Resampling for 95 % percentile intervals (Efron, Tibshirani, "An introduction to the bootstrap",
 * 1993, chapter 13). Each resample has random numbers of its own, so that results do not depend on
 * threads.
 */
public final class Bootstrap {

  /** How many times a statistic is computed anew. */
  public static final int RESAMPLES = 1000;

  private static final double TAIL = 0.025;

  private Bootstrap() {}

  /**
   * Takes the number of a resample, from 0, and its random numbers; called from several threads.
   */
  @FunctionalInterface
  public interface Resample {
    void accept(int resample, CounterRng random);
  }

  /**
   * Makes {@link #RESAMPLES} resamples of something that comes to several statistics.
   *
   * @param purpose keeps the random numbers apart from others of the same seed
   */
  public static void each(long seed, String purpose, Resample resample) {
    IntStream.range(0, RESAMPLES)
        .parallel()
        .forEach(i -> resample.accept(i, CounterRng.of(seed, purpose, i)));
  }

  /**
   * Returns a statistic of {@link #RESAMPLES} resamples, ascending.
   *
   * @param purpose keeps the random numbers apart from others of the same seed
   * @param statistic draws a resample and returns its statistic; called from several threads
   */
  public static double[] sorted(long seed, String purpose, ToDoubleFunction<CounterRng> statistic) {
    return IntStream.range(0, RESAMPLES)
        .parallel()
        .mapToDouble(i -> statistic.applyAsDouble(CounterRng.of(seed, purpose, i)))
        .sorted()
        .toArray();
  }

  /** Returns n positions from 0 to n - 1, drawn with replacement. */
  public static int[] positions(int n, CounterRng random) {
    return IntStream.range(0, n).map(i -> random.nextInt(n)).toArray();
  }

  /**
   * Returns a value with the interval that its resamples give. The interval contains the value,
   * which a skewed statistic or rounding may otherwise put outside.
   *
   * @param sorted the statistic of resamples, ascending
   * @param n number of queries, or of whatever was drawn
   */
  public static Estimate estimate(double value, double[] sorted, int n) {
    return new Estimate(
        value,
        Math.min(value, Quantile.interpolated(sorted, TAIL)),
        Math.max(value, Quantile.interpolated(sorted, 1 - TAIL)),
        n);
  }
}
