package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class NormalizedSoftmaxTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new NormalizedSoftmax(null);
  }

  @Test
  void equals_the_formula_worked_out_by_hand() {
    double expected =
        (Math.log(1 + Math.exp(2 * (0 - 0.8))) + Math.log(1 + Math.exp(2 * (0.96 - 0.8)))) / 2;
    assertThat(TwoClasses.loss(new NormalizedSoftmax(0.5), "prototypes", TwoClasses.PROTOTYPES))
        .isCloseTo(expected, within(1e-6));
  }

  @Test
  void refuses_a_temperature_that_makes_no_sense() {
    assertThatThrownBy(() -> new NormalizedSoftmax(0.0)).hasMessageContaining("temperature (0.0)");
  }
}
