package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.registry.Registry;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricLossRegistryTest {

  @Test
  void every_loss_has_an_id_a_description_a_source_and_a_contract_test() throws Exception {
    List<MetricLoss> all = Registry.defaults(MetricLoss.class);
    assertThat(all).hasSameSizeAs(MetricLoss.class.getPermittedSubclasses()).isNotEmpty();
    for (MetricLoss loss : all) {
      assertThat(loss.id()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
      assertThat(loss.description()).isNotBlank().doesNotContain("\n");
      assertThat(loss.source()).isNotBlank().doesNotContain("\n");
      assertThat(MetricLossContract.class)
          .isAssignableFrom(Class.forName(loss.getClass().getName() + "Test"));
    }
    assertThat(Registry.ids(MetricLoss.class)).doesNotHaveDuplicates();
  }

  @Test
  void every_loss_survives_yaml() {
    for (MetricLoss loss : Registry.defaults(MetricLoss.class)) {
      assertThat(StrictYaml.parse(StrictYaml.write(loss), "x.yaml", MetricLoss.class))
          .isEqualTo(loss);
      assertThat(StrictYaml.parse("type: " + loss.id(), "x.yaml", MetricLoss.class))
          .isEqualTo(loss);
    }
  }

  @Test
  void a_misspelt_loss_is_refused_with_a_suggestion() {
    assertThatThrownBy(() -> StrictYaml.parse("type: tripplet", "x.yaml", MetricLoss.class))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("you meant triplet");
  }
}
