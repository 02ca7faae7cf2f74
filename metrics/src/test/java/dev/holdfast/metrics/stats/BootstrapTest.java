package dev.holdfast.metrics.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BootstrapTest {

  @Test
  void a_statistic_of_resamples_is_sorted_and_depends_on_seed_and_purpose_alone() {
    double[] values = Bootstrap.sorted(7, "test", CounterRng::nextDouble);
    assertThat(values).hasSize(Bootstrap.RESAMPLES).isSorted();
    assertThat(Bootstrap.sorted(7, "test", CounterRng::nextDouble)).isEqualTo(values);
    assertThat(Bootstrap.sorted(8, "test", CounterRng::nextDouble)).isNotEqualTo(values);
    assertThat(Bootstrap.sorted(7, "other", CounterRng::nextDouble)).isNotEqualTo(values);
  }

  @Test
  void several_statistics_of_a_resample_see_the_numbers_that_one_would() {
    double[] each = new double[Bootstrap.RESAMPLES];
    Bootstrap.each(7, "test", (i, random) -> each[i] = random.nextDouble());
    Arrays.sort(each);
    assertThat(each).isEqualTo(Bootstrap.sorted(7, "test", CounterRng::nextDouble));
  }

  @Test
  void positions_are_drawn_with_replacement_from_all() {
    int[] positions = Bootstrap.positions(1000, CounterRng.of(7, "test", 0));
    assertThat(positions).hasSize(1000);
    assertThat(Arrays.stream(positions)).allMatch(position -> 0 <= position && position < 1000);
    // Of n items a resample holds 1 - 1/e.
    assertThat(Arrays.stream(positions).distinct().count()).isBetween(590L, 675L);
  }

  @Test
  void the_interval_holds_19_of_20_resamples_and_the_value() {
    double[] sorted = IntStream.rangeClosed(0, 1000).asDoubleStream().toArray();
    assertThat(Bootstrap.estimate(500, sorted, 3)).isEqualTo(new Estimate(500, 25, 975, 3));
    assertThat(Bootstrap.estimate(10, sorted, 3)).isEqualTo(new Estimate(10, 10, 975, 3));
    assertThat(Bootstrap.estimate(990, sorted, 3)).isEqualTo(new Estimate(990, 25, 990, 3));
  }
}
