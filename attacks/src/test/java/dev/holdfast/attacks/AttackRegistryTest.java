package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.registry.Registry;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttackRegistryTest {

  @Test
  void every_attack_has_an_id_a_description_a_source_and_a_contract_test() throws Exception {
    List<Attack> all = Registry.defaults(Attack.class);
    assertThat(all).hasSameSizeAs(Attack.class.getPermittedSubclasses()).isNotEmpty();
    for (Attack attack : all) {
      assertThat(attack.id()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
      assertThat(attack.description()).isNotBlank().doesNotContain("\n");
      assertThat(attack.source()).isNotBlank().doesNotContain("\n");
      assertThat(attack.steps()).isPositive();
      assertThat(AttackContract.class)
          .isAssignableFrom(Class.forName(attack.getClass().getName() + "Test"));
    }
    assertThat(Registry.ids(Attack.class)).doesNotHaveDuplicates();
  }

  @Test
  void every_attack_survives_yaml() {
    for (Attack attack : Registry.defaults(Attack.class)) {
      assertThat(StrictYaml.parse(StrictYaml.write(attack), "x.yaml", Attack.class))
          .isEqualTo(attack);
      assertThat(StrictYaml.parse("type: " + attack.id(), "x.yaml", Attack.class))
          .isEqualTo(attack);
      assertThat(Registry.of(Attack.class, "attack", attack.id(), "the test")).isEqualTo(attack);
    }
  }

  @Test
  void a_misspelt_attack_is_refused_with_a_suggestion() {
    assertThatThrownBy(() -> Registry.of(Attack.class, "attack", "pdg", "the command line"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("attack (pdg) of the command line must be one of fgsm, r-fgsm, pgd")
        .hasMessageContaining("you meant pgd");
  }
}
