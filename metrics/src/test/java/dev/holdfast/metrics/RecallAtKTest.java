package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class RecallAtKTest implements RetrievalMetricContract {

  @Override
  public RetrievalMetric metric() {
    return new RecallAtK(2);
  }

  @Test
  void asks_for_one_relevant_item_among_the_first_k() {
    QueryResult query = Rankings.of("---+-+");

    assertThat(new RecallAtK(3).value(query)).isEqualTo(0);
    assertThat(new RecallAtK(4).value(query)).isEqualTo(1);
    assertThat(new RecallAtK(100).value(query)).isEqualTo(1);
  }

  @Test
  void needs_the_rank_only_and_not_the_neighbors() {
    QueryResult query =
        new QueryResult(
            1, 1, 1, new int[] {50}, 1, new int[1], new boolean[1], new double[1], 2, 1);

    assertThat(new RecallAtK(49).value(query)).isEqualTo(0);
    assertThat(new RecallAtK(50).value(query)).isEqualTo(1);
  }

  @Test
  void refuses_a_k_below_one() {
    assertThatThrownBy(() -> new RecallAtK(0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The k (0) of recall must be at least 1.");
  }
}
