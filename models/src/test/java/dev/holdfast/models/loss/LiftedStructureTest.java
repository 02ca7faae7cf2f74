package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class LiftedStructureTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new LiftedStructure(null, null, null);
  }

  /** Cosines: 0.6 within the class of the first two, 0 and 0.8 with the third. */
  private static final float[] THREE = {1, 0, 0.6f, 0.8f, 0, 1};

  @Test
  void equals_the_formula_worked_out_by_hand() {
    double sum = Math.exp(1 - Math.sqrt(2)) + Math.exp(1 - Math.sqrt(0.4));
    double term = Math.log(sum) + Math.sqrt(0.8);
    assertThat(MetricLossContract.slope(metricLoss(), THREE, 1, 1, 2).loss())
        .isCloseTo(term * term / 2, within(1e-6));
  }

  @Test
  void refuses_margins_that_make_no_sense() {
    assertThatThrownBy(() -> new LiftedStructure(Double.NaN, null, null))
        .hasMessageContaining("positive_margin (NaN)");
  }
}
