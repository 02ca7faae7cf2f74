package dev.holdfast.metrics.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.random.CounterRng;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairedTestsTest {

  @Test
  void mcnemar_tosses_a_coin_for_each_query_that_only_one_run_gets_right() {
    double[] first = {1, 1, 1, 1, 0, 0, 1, 0, 1, 1};
    double[] second = {0, 0, 0, 0, 1, 0, 1, 0, 0, 1};

    PairedDifference comparison = PairedTests.hits(first, second, 1);

    // 1 of 6, or more extreme: 2 (1 + 6) / 2^6.
    assertThat(comparison.pValue()).isCloseTo(14 / 64.0, within(1e-12));
    assertThat(comparison.difference()).isCloseTo(-0.4, within(1e-12));
    assertThat(comparison.low()).isLessThan(-0.4);
    assertThat(comparison.high()).isGreaterThan(-0.4);
    assertThat(comparison.n()).isEqualTo(10);
  }

  @Test
  void runs_that_agree_everywhere_do_not_differ() {
    double[] flags = {1, 0, 1};

    for (PairedDifference same :
        new PairedDifference[] {
          PairedTests.hits(flags, flags, 1), PairedTests.values(flags, flags, 1)
        }) {
      assertThat(same.pValue()).isEqualTo(1);
      assertThat(same.difference()).isZero();
      assertThat(same.low()).isNegative();
      assertThat(same.high()).isPositive();
    }
  }

  @Test
  void the_permutation_test_counts_the_ways_to_toss_the_signs() {
    double[] first = new double[8];
    double[] second = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0};
    second[7] = 0;

    PairedDifference comparison = PairedTests.values(first, second, 1);

    // Only all signs alike are as large: 2 of 2^7.
    assertThat(comparison.pValue()).isCloseTo(2 / 128.0, within(0.004));
    assertThat(comparison.difference()).isCloseTo(0.35, within(1e-12));
  }

  @Test
  void the_permutation_test_rejects_equal_runs_as_often_as_it_says() {
    int rejected = 0;
    for (int sample = 0; sample < 200; sample++) {
      CounterRng random = CounterRng.of(3, "sample", sample);
      double[] first = IntStream.range(0, 25).mapToDouble(i -> random.nextDouble()).toArray();
      double[] second = IntStream.range(0, 25).mapToDouble(i -> random.nextDouble()).toArray();
      rejected += PairedTests.values(first, second, sample).pValue() <= 0.1 ? 1 : 0;
    }
    assertThat(rejected / 200.0).isBetween(0.04, 0.17);
  }

  @Test
  void a_pairing_sees_what_two_intervals_do_not() {
    CounterRng random = CounterRng.of(4, "sample", 0);
    double[] first = IntStream.range(0, 100).mapToDouble(i -> random.nextDouble(0, 0.9)).toArray();
    double[] second = IntStream.range(0, 100).mapToDouble(i -> first[i] + 0.05).toArray();

    Estimate before = Intervals.bounded(first, 0, 1, 1);
    Estimate after = Intervals.bounded(second, 0, 1, 1);
    PairedDifference comparison = PairedTests.values(first, second, 1);

    assertThat(before.high()).isGreaterThan(after.low());
    assertThat(comparison.pValue()).isLessThan(0.001);
    assertThat(comparison.low()).isPositive();
  }

  @Test
  void neither_depends_on_the_order_of_the_queries() {
    double[] first = {1, 0, 1, 1, 0, 0, 1};
    double[] second = {0, 0, 1, 0, 1, 0, 0};
    int[] order = {3, 6, 0, 5, 2, 1, 4};
    double[] firstTurned = IntStream.of(order).mapToDouble(i -> first[i]).toArray();
    double[] secondTurned = IntStream.of(order).mapToDouble(i -> second[i]).toArray();

    assertThat(PairedTests.hits(firstTurned, secondTurned, 1))
        .isEqualTo(PairedTests.hits(first, second, 1));
    assertThat(PairedTests.values(firstTurned, secondTurned, 1))
        .isEqualTo(PairedTests.values(first, second, 1));
  }

  @Test
  void both_refuse_what_is_no_pair() {
    assertThatThrownBy(() -> PairedTests.hits(new double[2], new double[3], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The queries (2 and 3) must be the same in both runs, and at least one.");
    assertThatThrownBy(() -> PairedTests.values(new double[0], new double[0], 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PairedTests.hits(new double[] {0.5}, new double[] {1}, 1))
        .hasMessage("The values (0.5, 1.0) must be 0 or 1.");
  }
}
