package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.backbone.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class LearningRatesTest {

  @Test
  void every_group_has_its_own_rate_and_all_others_that_of_the_rest() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Weights weights = new Weights(manager);
      for (String name :
          new String[] {"conv.weight", "bn.weight", "bn.running_mean", "bn.running_var"}) {
        weights.put(name, new float[1], new Shape(1));
      }
      weights.put("bn.bias", new float[1], new Shape(1));
      weights.addBranches(2, false);
      LearningRates rates = new LearningRates(null, 0.2, 0.3, 0.4);
      assertThat(rates.of("conv.weight", weights, 1)).isEqualTo(1);
      assertThat(rates.of("loss.proxies", weights, 1)).isEqualTo(5e-4);
      assertThat(rates.of("fc.bias", weights, 1)).isEqualTo(0.2);
      assertThat(rates.of("bn.bias", weights, 1)).isEqualTo(0.3);
      assertThat(rates.of("bn.aux1.weight", weights, 1)).isEqualTo(0.4);
      LearningRates usual = new LearningRates(null, null, null, null);
      assertThat(usual.of("bn.aux1.weight", weights, 1)).isEqualTo(1);
      assertThat(usual.of("fc.bias", weights, 1)).isEqualTo(1);
    }
  }

  @Test
  void refuses_rates_below_0() {
    assertThatThrownBy(() -> new LearningRates(null, -1.0, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("head (-1.0)");
  }
}
