package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class ProxyAnchorTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new ProxyAnchor(null, null);
  }

  @Test
  void equals_the_formula_worked_out_by_hand() {
    double pull = (Math.log(1 + Math.exp(-2 * 0.7)) + Math.log(1 + Math.exp(-2 * 0.7))) / 2;
    double push = (Math.log(1 + Math.exp(2 * (0.96 + 0.1))) + Math.log(1 + Math.exp(2 * 0.1))) / 2;
    assertThat(TwoClasses.loss(new ProxyAnchor(2.0, 0.1), "proxies", TwoClasses.PROTOTYPES))
        .isCloseTo(pull + push, within(1e-6));
  }

  @Test
  void refuses_parameters_that_make_no_sense() {
    assertThatThrownBy(() -> new ProxyAnchor(0.0, null)).hasMessageContaining("alpha (0.0)");
    assertThatThrownBy(() -> new ProxyAnchor(null, -1.0)).hasMessageContaining("delta (-1.0)");
  }
}
