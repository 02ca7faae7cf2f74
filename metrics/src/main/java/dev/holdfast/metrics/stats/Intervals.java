package dev.holdfast.metrics.stats;

import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ContinuousSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.interval.BinomialConfidenceInterval;
import org.apache.commons.statistics.interval.Interval;

/** 95 % intervals of means and medians over queries. None depends on the order of the queries. */
public final class Intervals {

  private static final double ERROR_RATE = 0.05;

  /** Differences of equal fractions differ by this at most. */
  private static final double ROUNDING = 1e-12;

  private static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN, 0);

  private Intervals() {}

  /**
   * Returns the share of ones with the score interval (Wilson, "Probable inference, the law of
   * succession, and statistical inference", JASA 1927).
   *
   * @param flags one 0 or 1 per query
   * @throws IllegalArgumentException if a value is neither 0 nor 1
   */
  public static Estimate wilson(double[] flags) {
    int ones = 0;
    for (double flag : flags) {
      if (flag != 0 && flag != 1) {
        throw new IllegalArgumentException("The value (" + flag + ") must be 0 or 1.");
      }
      ones += (int) flag;
    }
    int n = flags.length;
    if (n == 0) {
      return NONE;
    }
    Interval interval = BinomialConfidenceInterval.WILSON_SCORE.fromErrorRate(n, ones, ERROR_RATE);
    double share = (double) ones / n;
    // Rounding may put an end of the interval an ulp inside the share it must contain.
    return new Estimate(
        share,
        Math.min(share, interval.getLowerBound()),
        Math.max(share, interval.getUpperBound()),
        n);
  }

  /**
   * Returns the mean of values that lie between two bounds, with the interval of a Bayesian
   * bootstrap: 1000 times every query gets a random weight, exponentially distributed (Rubin, "The
   * Bayesian bootstrap", Annals of Statistics 1981), and so do half an observation at the lower and
   * half an observation at the upper bound.
   *
   * <p>These halves stand for values that were possible and did not occur. Without them an interval
   * of a hundred queries of which two have a value above 0 misses the mean of all queries in one
   * case of five; with them the interval of flags is that of Jeffreys (Brown, Cai, DasGupta,
   * "Interval estimation for a binomial proportion", Statistical Science 2001).
   *
   * @param perQuery one value per query, from {@code low} to {@code high}
   * @param seed the same seed gives the same interval
   * @throws IllegalArgumentException if a value is not within the bounds
   */
  public static Estimate bounded(double[] perQuery, double low, double high, long seed) {
    return bounded(sorted(perQuery, low, high), null, low, high, seed);
  }

  /**
   * As {@link #bounded}, with weights for classes: queries of one class are alike, and say less of
   * other classes than as many queries of different ones. The number of the estimate is still that
   * of the queries, and its value their mean.
   *
   * @param classes the class of each query
   */
  public static Estimate boundedOverClasses(
      double[] perQuery, long[] classes, double low, double high, long seed) {
    if (classes.length != perQuery.length) {
      throw new IllegalArgumentException(
          "The classes (%d) must be as many as the values (%d)."
              .formatted(classes.length, perQuery.length));
    }
    double[] sorted = sorted(perQuery, low, high);
    Map<Long, double[]> byClass = new TreeMap<>();
    for (int i = 0; i < classes.length; i++) {
      double[] sumAndSize = byClass.computeIfAbsent(classes[i], c -> new double[2]);
      sumAndSize[0] += perQuery[i];
      sumAndSize[1]++;
    }
    double[][] sums = byClass.values().toArray(double[][]::new);
    // What a class is called does not matter, nor does rounding in its sum.
    Arrays.sort(sums, Comparator.<double[]>comparingDouble(c -> c[1]).thenComparing(c -> c[0]));
    return bounded(sorted, sums, low, high, seed);
  }

  private static double[] sorted(double[] perQuery, double low, double high) {
    double[] values = perQuery.clone();
    Arrays.sort(values);
    for (double value : values) {
      if (!(low <= value && value <= high)) {
        throw new IllegalArgumentException(
            "The value (%s) must be from %s to %s.".formatted(value, low, high));
      }
    }
    return values;
  }

  /**
   * @param groups null, or sum and size of what gets one weight
   */
  private static Estimate bounded(
      double[] values, double[][] groups, double low, double high, long seed) {
    if (values.length == 0) {
      return NONE;
    }
    double half = groups == null ? 1 : (double) values.length / groups.length;
    double[] means =
        Bootstrap.sorted(
            seed,
            "bayesian bootstrap",
            random -> {
              UniformRandomProvider bits = random::nextLong;
              ContinuousSampler exponential = ZigguratSampler.Exponential.of(bits);
              // Half an observation: a gamma variate of shape 1/2.
              double atLow = half * square(random.nextGaussian()) / 2;
              double atHigh = half * square(random.nextGaussian()) / 2;
              double sum = atLow * low + atHigh * high;
              double total = atLow + atHigh;
              int n = groups == null ? values.length : groups.length;
              for (int i = 0; i < n; i++) {
                double weight = exponential.sample();
                sum += weight * (groups == null ? values[i] : groups[i][0]);
                total += weight * (groups == null ? 1 : groups[i][1]);
              }
              return sum / total;
            });
    return Bootstrap.estimate(mean(values), means, values.length);
  }

  private static double square(double value) {
    return value * value;
  }

  /**
   * Returns the mean of values without bounds, with the percentile interval of 1000 resamples of
   * the queries (Efron, Tibshirani, "An introduction to the bootstrap", 1993, chapter 13).
   *
   * @param perQuery one finite value per query
   * @param seed the same seed gives the same interval
   * @throws IllegalArgumentException if a value is not finite
   */
  public static Estimate bootstrap(double[] perQuery, long seed) {
    if (perQuery.length == 0) {
      return NONE;
    }
    // Sorted, so that neither rounding nor the draws depend on the order of the queries.
    double[] values = perQuery.clone();
    Arrays.sort(values);
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("The value (" + value + ") must be finite.");
      }
    }
    double[] means = Bootstrap.sorted(seed, "bootstrap", random -> resampledMean(values, random));
    return Bootstrap.estimate(mean(values), means, values.length);
  }

  /**
   * As {@link #bootstrap}, where several values belong to one query: whole queries are resampled,
   * with all their values (Efron, Tibshirani, section 8.3). The value is the mean over all values.
   *
   * @param values finite
   * @param queries for each value, the number of its query, from 0
   * @return its number is that of the queries that have a value
   */
  public static Estimate bootstrapOverQueries(double[] values, int[] queries, long seed) {
    int n = 1 + Arrays.stream(queries).max().orElse(-1);
    double[] sums = new double[n];
    int[] counts = new int[n];
    for (int i = 0; i < values.length; i++) {
      sums[queries[i]] += values[i];
      counts[queries[i]]++;
    }
    int[] there = IntStream.range(0, n).filter(q -> counts[q] > 0).toArray();
    if (there.length == 0) {
      return NONE;
    }
    double[] means =
        Bootstrap.sorted(
            seed,
            "bootstrap",
            random -> {
              double sum = 0;
              long total = 0;
              for (int i = 0; i < there.length; i++) {
                int q = there[random.nextInt(there.length)];
                sum += sums[q];
                total += counts[q];
              }
              return sum / total;
            });
    return Bootstrap.estimate(Arrays.stream(sums).sum() / values.length, means, there.length);
  }

  /**
   * Returns the mean with Student's t interval, for a few independent values such as those of
   * several seeds.
   *
   * @param values finite; with fewer than two the ends are not numbers
   */
  public static Estimate student(double[] values) {
    int n = values.length;
    if (n == 0) {
      return NONE;
    }
    double mean = mean(values);
    if (n == 1) {
      return new Estimate(mean, Double.NaN, Double.NaN, n);
    }
    if (agree(values)) {
      // A few values that agree do not say that all would.
      return new Estimate(mean, Double.NaN, Double.NaN, n);
    }
    double quantile = TDistribution.of(n - 1.0).inverseCumulativeProbability(1 - ERROR_RATE / 2);
    double half = quantile * deviation(values) / Math.sqrt(n);
    return new Estimate(mean, mean - half, mean + half, n);
  }

  /** Tells whether values differ by no more than rounding. */
  private static boolean agree(double[] values) {
    double least = values[0];
    double greatest = values[0];
    for (double value : values) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return greatest - least <= ROUNDING * Math.max(1, Math.max(-least, greatest));
  }

  /** Returns the standard deviation of a sample (divided by n - 1); not a number for one value. */
  public static double deviation(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }

  /**
   * Returns the median with the interval between two order statistics that holds whatever the
   * distribution (Conover, "Practical nonparametric statistics", 1999, section 3.2). Infinite
   * values are larger than all others: where they are more than half, the median is infinite.
   *
   * @param perQuery one value per query; not NaN
   * @return ends of the interval are NaN where there are fewer than six values
   */
  public static Estimate median(double[] perQuery) {
    int n = perQuery.length;
    if (n == 0) {
      return NONE;
    }
    double[] values = perQuery.clone();
    Arrays.sort(values);
    double median = (values[(n - 1) / 2] + values[n / 2]) / 2;
    BinomialDistribution below = BinomialDistribution.of(n, 0.5);
    int outside = 0;
    while (below.cumulativeProbability(outside) <= ERROR_RATE / 2) {
      outside++;
    }
    return outside == 0
        ? new Estimate(median, Double.NaN, Double.NaN, n)
        : new Estimate(median, values[outside - 1], values[n - outside], n);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double resampledMean(double[] values, CounterRng random) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[random.nextInt(values.length)];
    }
    return sum / values.length;
  }
}
