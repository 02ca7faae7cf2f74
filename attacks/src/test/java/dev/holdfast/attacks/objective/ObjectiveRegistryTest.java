package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.registry.Registry;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectiveRegistryTest {

  @Test
  void every_objective_has_an_id_a_description_a_source_and_a_contract_test() throws Exception {
    List<Objective> all = Registry.defaults(Objective.class);
    assertThat(all).hasSameSizeAs(Objective.class.getPermittedSubclasses()).isNotEmpty();
    for (Objective objective : all) {
      assertThat(objective.id()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
      assertThat(objective.label()).startsWith(objective.id());
      assertThat(objective.description()).isNotBlank().doesNotContain("\n");
      assertThat(objective.source()).isNotBlank().doesNotContain("\n");
      assertThat(ObjectiveContract.class)
          .isAssignableFrom(Class.forName(objective.getClass().getName() + "Test"));
    }
    assertThat(Registry.ids(Objective.class)).doesNotHaveDuplicates();
  }

  @Test
  void every_objective_survives_yaml() {
    for (Objective objective : Registry.defaults(Objective.class)) {
      assertThat(StrictYaml.parse(StrictYaml.write(objective), "x.yaml", Objective.class))
          .isEqualTo(objective);
      assertThat(StrictYaml.parse("type: " + objective.id(), "x.yaml", Objective.class))
          .isEqualTo(objective);
    }
  }

  @Test
  void a_misspelt_objective_is_refused_with_a_suggestion() {
    assertThatThrownBy(
            () -> Registry.of(Objective.class, "objective", "multi-targets", "the command line"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("embedding-shift, single-target, multi-target, margin")
        .hasMessageContaining("you meant multi-target");
  }
}
