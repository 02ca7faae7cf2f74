package dev.holdfast.metrics.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class QuantileTest {

  private static final double[] FIVE = {1, 2, 4, 8, 16};

  @Test
  void an_interpolated_quantile_lies_between_its_neighbors() {
    assertThat(Quantile.interpolated(FIVE, 0)).isEqualTo(1);
    assertThat(Quantile.interpolated(FIVE, 0.5)).isEqualTo(4);
    assertThat(Quantile.interpolated(FIVE, 0.625)).isEqualTo(6);
    assertThat(Quantile.interpolated(FIVE, 0.975)).isCloseTo(15.2, within(1e-12));
    assertThat(Quantile.interpolated(FIVE, 1)).isEqualTo(16);
    assertThat(Quantile.interpolated(new double[] {3}, 0.975)).isEqualTo(3);
  }

  @Test
  void an_observed_quantile_is_a_value_of_the_sample() {
    assertThat(Quantile.observed(FIVE, 0)).isEqualTo(1);
    assertThat(Quantile.observed(FIVE, 0.5)).isEqualTo(4);
    assertThat(Quantile.observed(FIVE, 0.625)).isEqualTo(8);
    assertThat(Quantile.observed(FIVE, 1)).isEqualTo(16);
    assertThat(Quantile.observed(new double[] {1, Double.POSITIVE_INFINITY}, 0.75)).isInfinite();
    assertThat(Quantile.observed(new double[0], 0.5)).isNaN();
  }
}
