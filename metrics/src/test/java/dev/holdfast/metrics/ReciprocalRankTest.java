package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReciprocalRankTest implements RetrievalMetricContract {

  @Override
  public RetrievalMetric metric() {
    return new ReciprocalRank();
  }

  @Test
  void takes_the_first_relevant_rank_alone() {
    assertThat(metric().value(Rankings.of("---+++"))).isEqualTo(0.25);
    assertThat(metric().value(Rankings.of("---+--"))).isEqualTo(0.25);
  }
}
