package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class BinomialDevianceTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new BinomialDeviance(null, null, null);
  }

  /** Cosines: 0.6 within the class of the first two, 0 and 0.8 with the third. */
  private static final float[] THREE = {1, 0, 0.6f, 0.8f, 0, 1};

  @Test
  void equals_the_formula_worked_out_by_hand() {
    double positive = Math.log(1 + Math.exp(-2 * (0.6 - 0.5)));
    double far = Math.log(1 + Math.exp(50 * (0 - 0.5)));
    double near = Math.log(1 + Math.exp(50 * (0.8 - 0.5)));
    assertThat(MetricLossContract.slope(metricLoss(), THREE, 1, 1, 2).loss())
        .isCloseTo(positive + (far + near) / 2, within(1e-5));
  }

  @Test
  void refuses_parameters_that_make_no_sense() {
    assertThatThrownBy(() -> new BinomialDeviance(0.0, null, null))
        .hasMessageContaining("alpha (0.0)");
    assertThatThrownBy(() -> new BinomialDeviance(null, null, -1.0))
        .hasMessageContaining("cost (-1.0)");
  }
}
