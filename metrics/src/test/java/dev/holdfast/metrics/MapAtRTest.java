package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MapAtRTest implements RetrievalMetricContract {

  @Override
  public RetrievalMetric metric() {
    return new MapAtR();
  }

  @Test
  void sums_the_precision_at_each_relevant_rank() {
    assertThat(metric().value(Rankings.of("+-+-+"))).isCloseTo((1 + 2.0 / 3) / 3, within(1e-15));
    assertThat(metric().value(Rankings.of("-++-"))).isEqualTo(0.25);
  }

  @Test
  void ignores_what_comes_behind_rank_r() {
    assertThat(metric().value(Rankings.of("+-+-------")))
        .isEqualTo(metric().value(Rankings.of("+--------+")))
        .isEqualTo(0.5);
  }

  @Test
  void refuses_a_search_that_did_not_go_far_enough() {
    QueryResult query =
        new QueryResult(
            8, 1, 2, new int[] {1}, 1, new int[1], new boolean[] {true}, new double[1], 2, 1);

    assertThatThrownBy(() -> metric().value(query))
        .hasMessage("The ranks of query 8 must be known up to 2, and are up to 1.");
  }
}
