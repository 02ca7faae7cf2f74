package dev.holdfast.metrics.stats;

import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.statistics.inference.BinomialTest;

/** Compares two runs on the same queries. */
public final class PairedTests {

  private static final int RESAMPLES = 9999;
  private static final double ROUNDING = 1e-12;

  private PairedTests() {}

  /**
   * Compares hits by the exact test of McNemar: of the queries that only one run gets right, each
   * run should have half (McNemar, "Note on the sampling error of the difference between correlated
   * proportions or percentages", Psychometrika 1947).
   *
   * @param first one 0 or 1 per query
   * @param second the same for the other run, in the same order of queries
   * @param seed of the interval
   * @throws IllegalArgumentException if the numbers of queries differ, there are none, or a value
   *     is neither 0 nor 1
   */
  public static PairedDifference hits(double[] first, double[] second, long seed) {
    double[] differences = differences(first, second);
    int onlyFirst = 0;
    int onlySecond = 0;
    for (int i = 0; i < first.length; i++) {
      if ((first[i] != 0 && first[i] != 1) || (second[i] != 0 && second[i] != 1)) {
        throw new IllegalArgumentException(
            "The values (%s, %s) must be 0 or 1.".formatted(first[i], second[i]));
      }
      onlyFirst += first[i] > second[i] ? 1 : 0;
      onlySecond += second[i] > first[i] ? 1 : 0;
    }
    int either = onlyFirst + onlySecond;
    double p =
        either == 0 ? 1 : BinomialTest.withDefaults().test(either, onlySecond, 0.5).getPValue();
    return comparison(differences, p, seed);
  }

  /**
   * Compares values in [0, 1] by a paired permutation test: if the runs were alike, the sign of
   * each query's difference would be a coin toss (Good, "Permutation, parametric and bootstrap
   * tests of hypotheses", 2005, chapter 3). 9999 random tosses for all queries are compared with
   * what is.
   *
   * @param first one value per query
   * @param second the same for the other run, in the same order of queries
   * @param seed of the tosses and the interval
   * @throws IllegalArgumentException if the numbers of queries differ or there are none
   */
  public static PairedDifference values(double[] first, double[] second, long seed) {
    double[] differences = differences(first, second);
    // In one order, whatever that of the queries.
    double[] sorted = Arrays.stream(differences).sorted().filter(d -> d != 0).toArray();
    double observed = Math.abs(Arrays.stream(sorted).sum());
    double slack = ROUNDING * Arrays.stream(sorted).map(Math::abs).sum();
    long asLarge =
        IntStream.range(0, RESAMPLES)
            .parallel()
            .filter(
                resample ->
                    Math.abs(tossed(sorted, CounterRng.of(seed, "permutation", resample)))
                        >= observed - slack)
            .count();
    return comparison(differences, (1.0 + asLarge) / (1 + RESAMPLES), seed);
  }

  private static double tossed(double[] differences, CounterRng random) {
    double sum = 0;
    long bits = 0;
    for (int i = 0; i < differences.length; i++) {
      bits = i % Long.SIZE == 0 ? random.nextLong() : bits >>> 1;
      sum += (bits & 1) == 0 ? differences[i] : -differences[i];
    }
    return sum;
  }

  private static double[] differences(double[] first, double[] second) {
    if (first.length != second.length || first.length == 0) {
      throw new IllegalArgumentException(
          "The queries (%d and %d) must be the same in both runs, and at least one."
              .formatted(first.length, second.length));
    }
    return IntStream.range(0, first.length).mapToDouble(i -> second[i] - first[i]).toArray();
  }

  private static PairedDifference comparison(double[] differences, double p, long seed) {
    Estimate mean = Intervals.bounded(differences, -1, 1, seed);
    return new PairedDifference(mean.value(), mean.low(), mean.high(), p, mean.n());
  }
}
