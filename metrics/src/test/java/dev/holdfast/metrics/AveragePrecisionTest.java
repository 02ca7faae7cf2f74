package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.knn.Scope;
import org.junit.jupiter.api.Test;

class AveragePrecisionTest implements RetrievalMetricContract {

  @Override
  public RetrievalMetric metric() {
    return new AveragePrecision();
  }

  @Test
  void averages_the_precision_at_every_relevant_rank() {
    assertThat(metric().value(Rankings.of("+-+-+")))
        .isCloseTo((1 + 2.0 / 3 + 3.0 / 5) / 3, within(1e-15));
    assertThat(metric().value(Rankings.of("---------+"))).isEqualTo(0.1);
  }

  @Test
  void refuses_a_search_that_did_not_rank_all_relevant_items() {
    QueryResult query = Rankings.upTo(new Scope(2, Ranks.FIRST), Rankings.of("+----+"));

    assertThatThrownBy(() -> metric().value(query))
        .hasMessage("The ranks (1) of query 1 must be those of all 2 relevant items.");
  }
}
