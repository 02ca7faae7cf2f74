package dev.holdfast.metrics.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalsTest {

  @Test
  void wilson_solves_the_score_equation() {
    Estimate estimate = Intervals.wilson(flags(15, 50));

    // The ends p are where the observed share is 1.96 standard errors of p away.
    assertThat(estimate.value()).isEqualTo(0.3);
    assertThat(estimate.n()).isEqualTo(50);
    assertThat(estimate.low()).isLessThan(0.3);
    assertThat(estimate.high()).isGreaterThan(0.3);
    for (double p : new double[] {estimate.low(), estimate.high()}) {
      assertThat(Math.abs(0.3 - p) / Math.sqrt(p * (1 - p) / 50))
          .isCloseTo(1.959963984540054, within(1e-9));
    }
  }

  @Test
  void wilson_keeps_a_width_at_the_ends() {
    Estimate none = Intervals.wilson(flags(0, 20));
    Estimate all = Intervals.wilson(flags(20, 20));

    assertThat(none.low()).isEqualTo(0);
    assertThat(none.high()).isBetween(0.1, 0.2);
    assertThat(all.low()).isCloseTo(1 - none.high(), within(1e-12));
    assertThat(all.high()).isEqualTo(1);
  }

  @Test
  void wilson_refuses_shares() {
    assertThatThrownBy(() -> Intervals.wilson(new double[] {0, 0.5}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The value (0.5) must be 0 or 1.");
  }

  @Test
  void bootstrap_comes_near_the_normal_interval_of_a_large_sample() {
    CounterRng random = CounterRng.of(1, "sample", 0);
    double[] values = IntStream.range(0, 2000).mapToDouble(i -> random.nextDouble()).toArray();

    Estimate estimate = Intervals.bootstrap(values, 5);

    double halfWidth = 1.96 * Math.sqrt(1.0 / 12 / values.length);
    assertThat(estimate.high() - estimate.value()).isCloseTo(halfWidth, within(0.15 * halfWidth));
    assertThat(estimate.value() - estimate.low()).isCloseTo(halfWidth, within(0.15 * halfWidth));
  }

  @Test
  void bootstrap_covers_the_true_mean_about_as_often_as_it_says() {
    int covered = 0;
    int samples = 200;
    for (int sample = 0; sample < samples; sample++) {
      CounterRng random = CounterRng.of(2, "sample", sample);
      double[] values = IntStream.range(0, 60).mapToDouble(i -> random.nextDouble()).toArray();
      Estimate estimate = Intervals.bootstrap(values, sample);
      covered += estimate.low() <= 0.5 && 0.5 <= estimate.high() ? 1 : 0;
    }
    assertThat((double) covered / samples).isBetween(0.88, 0.99);
  }

  @Test
  void bootstrap_depends_on_the_seed_alone() {
    double[] values = {0.1, 0.5, 0.2, 0.9, 0.4};

    assertThat(Intervals.bootstrap(values, 5)).isEqualTo(Intervals.bootstrap(values.clone(), 5));
    assertThat(IntStream.range(0, 5).mapToObj(seed -> Intervals.bootstrap(values, seed)).distinct())
        .hasSizeGreaterThan(1);
  }

  @Test
  void bootstrap_leaves_the_values_as_they_were() {
    double[] values = {0.9, 0.1};

    Intervals.bootstrap(values, 1);

    assertThat(values).containsExactly(0.9, 0.1);
  }

  @Test
  void bootstrap_has_no_width_for_equal_values() {
    assertThat(Intervals.bootstrap(new double[] {0.25, 0.25, 0.25}, 1))
        .isEqualTo(new Estimate(0.25, 0.25, 0.25, 3));
  }

  @Test
  void bootstrap_refuses_what_is_not_finite() {
    assertThatThrownBy(() -> Intervals.bootstrap(new double[] {0.5, Double.NaN}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The value (NaN) must be finite.");
  }

  @Test
  void bounded_gives_flags_the_interval_of_jeffreys() {
    // The ends are the 2.5 and 97.5 % points of Beta(x + 1/2, n - x + 1/2).
    for (int ones : new int[] {1, 12, 49}) {
      Estimate estimate = Intervals.bounded(flags(ones, 50), 0, 1, 5);
      BetaDistribution beta = BetaDistribution.of(ones + 0.5, 50 - ones + 0.5);

      assertThat(estimate.value()).isEqualTo(ones / 50.0);
      assertThat(beta.cumulativeProbability(estimate.low())).isBetween(0.012, 0.04);
      assertThat(beta.survivalProbability(estimate.high())).isBetween(0.012, 0.04);
    }
  }

  @Test
  void bounded_keeps_a_width_where_all_values_are_equal() {
    Estimate none = Intervals.bounded(new double[30], 0, 1, 5);

    assertThat(none.value()).isZero();
    assertThat(none.low()).isZero();
    assertThat(none.high()).isBetween(0.04, 0.12);
  }

  @Test
  void bounded_moves_and_scales_with_its_bounds() {
    double[] values = {0, 0.25, 0.5, 1};
    Estimate unit = Intervals.bounded(values, 0, 1, 5);
    Estimate wide =
        Intervals.bounded(Arrays.stream(values).map(v -> 4 * v - 2).toArray(), -2, 2, 5);

    assertThat(wide.low()).isCloseTo(4 * unit.low() - 2, within(1e-12));
    assertThat(wide.high()).isCloseTo(4 * unit.high() - 2, within(1e-12));
  }

  @Test
  void bounded_refuses_what_is_out_of_bounds() {
    for (double value : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> Intervals.bounded(new double[] {0.5, value}, 0, 1, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The value (" + value + ") must be from 0.0 to 1.0.");
    }
  }

  @Test
  void an_interval_over_classes_knows_that_queries_of_a_class_are_alike() {
    // 20 classes of 50 queries that all do the same.
    double[] values = IntStream.range(0, 1000).mapToDouble(i -> i / 50 % 2).toArray();
    long[] classes = IntStream.range(0, 1000).mapToLong(i -> i / 50).toArray();

    Estimate queries = Intervals.bounded(values, 0, 1, 5);
    Estimate overClasses = Intervals.boundedOverClasses(values, classes, 0, 1, 5);

    assertThat(overClasses.value()).isEqualTo(queries.value());
    assertThat(overClasses.n()).isEqualTo(1000);
    double ratio = (overClasses.high() - overClasses.low()) / (queries.high() - queries.low());
    assertThat(ratio).isBetween(0.8 * Math.sqrt(50), 1.2 * Math.sqrt(50));
    assertThatThrownBy(() -> Intervals.boundedOverClasses(values, new long[3], 0, 1, 5))
        .hasMessage("The classes (3) must be as many as the values (1000).");
  }

  @Test
  void an_interval_over_classes_of_one_query_is_one_over_queries() {
    double[] values = {0.1, 0.5, 0.2, 0.9, 0.4};

    assertThat(Intervals.boundedOverClasses(values, new long[] {9, 4, 7, 1, 2}, 0, 1, 5))
        .isEqualTo(Intervals.bounded(values, 0, 1, 5));
  }

  private static double[] flags(int ones, int n) {
    return IntStream.range(0, n).mapToDouble(i -> i < ones ? 1 : 0).toArray();
  }

  @Test
  void the_interval_of_student_is_that_of_the_tables() {
    // Three values with standard deviation 1: 4.3027 / sqrt(3) on both sides.
    Estimate three = Intervals.student(new double[] {4, 5, 6});
    assertThat(three.value()).isEqualTo(5);
    assertThat(three.high() - 5).isCloseTo(4.302653 / Math.sqrt(3), within(1e-5));
    assertThat(5 - three.low()).isCloseTo(4.302653 / Math.sqrt(3), within(1e-5));
    assertThat(Intervals.deviation(new double[] {4, 5, 6})).isEqualTo(1);
    // What differs by rounding alone agrees, and says nothing of what others would do.
    assertThat(Intervals.student(new double[] {.1, .1, .1}).low()).isNaN();
    assertThat(Intervals.student(new double[] {.62 - .5, .42 - .3, .32 - .2}).low()).isNaN();
    assertThat(Intervals.student(new double[] {.12, .12, .122}).low()).isFinite();
    Estimate one = Intervals.student(new double[] {4});
    assertThat(one.value()).isEqualTo(4);
    assertThat(one.low()).isNaN();
  }

  @ParameterizedTest
  @CsvSource({"6, 1, 6", "10, 2, 9", "20, 6, 15", "25, 8, 18", "50, 18, 33", "100, 40, 61"})
  void the_median_lies_between_the_tabulated_order_statistics(int n, int low, int high) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      // Every rank once, in some order.
      values[(11 * i + 5) % n] = i + 1;
    }
    Estimate estimate = Intervals.median(values);
    assertThat(estimate).isEqualTo(new Estimate((n + 1) / 2.0, low, high, n));
  }

  @Test
  void infinite_values_count_in_a_median_and_few_values_have_no_interval() {
    double inf = Double.POSITIVE_INFINITY;
    assertThat(Intervals.median(new double[] {3, inf, 1}))
        .isEqualTo(new Estimate(3, Double.NaN, Double.NaN, 3));
    assertThat(Intervals.median(new double[] {3, inf, inf, 1}).value()).isEqualTo(inf);
    assertThat(Intervals.median(new double[0]).n()).isZero();
    Estimate half = Intervals.median(new double[] {1, 2, 3, inf, inf, inf});
    assertThat(half).isEqualTo(new Estimate(inf, 1, inf, 6));
  }
}
