package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class TripletTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new Triplet(null, null, null, null, null);
  }

  /** Cosines: 0.6 within the class of the first two, 0 and 0.8 with the third. */
  private static final float[] THREE = {1, 0, 0.6f, 0.8f, 0, 1};

  @Test
  void equals_the_formula_worked_out_by_hand() {
    // Anchor 0: 0.8 - 2 + 0.2 < 0. Anchor 1: 0.8 - 0.4 + 0.2.
    Triplet positive = new Triplet(0.2, true, false, null, null);
    assertThat(MetricLossContract.slope(positive, THREE, 1, 1, 2).loss())
        .isCloseTo(0.6, within(1e-6));
    Triplet all = new Triplet(0.2, true, true, null, null);
    assertThat(MetricLossContract.slope(all, THREE, 1, 1, 2).loss()).isCloseTo(0.3, within(1e-6));
  }

  @Test
  void refuses_a_margin_that_makes_no_sense() {
    assertThatThrownBy(() -> new Triplet(0.0, null, null, null, null))
        .hasMessageContaining("margin (0.0)");
  }
}
