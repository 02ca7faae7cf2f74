package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class ProxyNcaTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new ProxyNca(null, null);
  }

  @Test
  void equals_the_formula_worked_out_by_hand() {
    // Squared distances: 0.4 and 2 of the first sample, 0.4 and 0.08 of the second.
    double all =
        (Math.log(1 + Math.exp(3 * (0.4 - 2))) + Math.log(1 + Math.exp(3 * (0.4 - 0.08)))) / 2;
    double negatives = (3 * (0.4 - 2) + 3 * (0.4 - 0.08)) / 2;
    assertThat(TwoClasses.loss(new ProxyNca(3.0, false), "proxies", TwoClasses.PROTOTYPES))
        .isCloseTo(all, within(1e-6));
    assertThat(TwoClasses.loss(new ProxyNca(3.0, true), "proxies", TwoClasses.PROTOTYPES))
        .isCloseTo(negatives, within(1e-6));
  }

  @Test
  void refuses_a_scale_that_makes_no_sense() {
    assertThatThrownBy(() -> new ProxyNca(-1.0, null)).hasMessageContaining("scale (-1.0)");
  }
}
