package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class ContrastiveTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new Contrastive(null, null, null, null);
  }

  /** Cosines: 0.6 within the class of the first two, 0 and 0.8 with the third. */
  private static final float[] THREE = {1, 0, 0.6f, 0.8f, 0, 1};

  @Test
  void equals_the_formula_worked_out_by_hand() {
    // Distances: sqrt(0.8) within the class, sqrt(2) and sqrt(0.4) to the third.
    double expected = Math.sqrt(0.8) - 0.2 + 1 - Math.sqrt(0.4);
    Contrastive loss = new Contrastive(0.2, 1.0, null, null);
    assertThat(MetricLossContract.slope(loss, THREE, 1, 1, 2).loss())
        .isCloseTo(expected, within(1e-6));
  }

  @Test
  void refuses_margins_that_make_no_sense() {
    assertThatThrownBy(() -> new Contrastive(-1.0, null, null, null))
        .hasMessageContaining("positive_margin (-1.0)");
    assertThatThrownBy(() -> new Contrastive(null, 0.0, null, null))
        .hasMessageContaining("negative_margin (0.0)");
  }
}
