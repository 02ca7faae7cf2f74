package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class CmcAtKTest implements RetrievalMetricContract {

  @Override
  public RetrievalMetric metric() {
    return new CmcAtK(3);
  }

  @Test
  void is_recall_under_another_name() {
    for (String ranking : new String[] {"+---------", "--+----+--", "---+++++++"}) {
      assertThat(metric().value(Rankings.of(ranking)))
          .isEqualTo(new RecallAtK(3).value(Rankings.of(ranking)));
    }
  }

  @Test
  void refuses_a_k_below_one() {
    assertThatThrownBy(() -> new CmcAtK(-1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The k (-1) of cmc must be at least 1.");
  }
}
