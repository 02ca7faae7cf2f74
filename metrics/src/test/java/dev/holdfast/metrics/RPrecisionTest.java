package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RPrecisionTest implements RetrievalMetricContract {

  @Override
  public RetrievalMetric metric() {
    return new RPrecision();
  }

  @Test
  void counts_relevant_items_among_the_first_r() {
    assertThat(metric().value(Rankings.of("+-+-+"))).isEqualTo(2 / 3.0);
    assertThat(metric().value(Rankings.of("-++-------"))).isEqualTo(0.5);
    assertThat(metric().value(Rankings.of("-+"))).isZero();
  }
}
