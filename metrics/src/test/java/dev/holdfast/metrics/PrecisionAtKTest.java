package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.knn.Scope;
import org.junit.jupiter.api.Test;

class PrecisionAtKTest implements RetrievalMetricContract {

  @Override
  public RetrievalMetric metric() {
    return new PrecisionAtK(4);
  }

  @Override
  public double best(int relevant) {
    return Math.min(1, relevant / 4.0);
  }

  @Test
  void counts_relevant_items_among_the_first_k() {
    assertThat(metric().value(Rankings.of("+-+-++++++"))).isEqualTo(0.5);
    assertThat(metric().value(Rankings.of("---++-----"))).isEqualTo(0.25);
  }

  @Test
  void divides_by_k_even_where_the_gallery_is_smaller() {
    assertThat(new PrecisionAtK(8).value(Rankings.of("++"))).isEqualTo(0.25);
  }

  @Test
  void has_the_interval_of_recall_at_one() {
    double[] flags = {1, 0, 0, 1, 0, 1, 0};

    assertThat(new PrecisionAtK(1).estimate(flags, 1))
        .isEqualTo(new RecallAtK(1).estimate(flags, 1));
  }

  @Test
  void refuses_a_search_that_did_not_go_far_enough() {
    QueryResult query = Rankings.upTo(new Scope(3, Ranks.FIRST), Rankings.of("+--+------"));

    assertThat(new PrecisionAtK(3).value(query)).isEqualTo(1 / 3.0);
    assertThatThrownBy(() -> metric().value(query))
        .hasMessage("The ranks of query 1 must be known up to 4, and are up to 3.");
  }

  @Test
  void refuses_a_k_below_one() {
    assertThatThrownBy(() -> new PrecisionAtK(0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The k (0) of precision must be at least 1.");
  }
}
