package dev.holdfast.attacks.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.models.registry.Registry;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingAttackRegistryTest {

  @Test
  void every_attack_has_an_id_a_description_a_source_and_a_contract_test() throws Exception {
    List<EmbeddingAttack> all = Registry.defaults(EmbeddingAttack.class);
    assertThat(all).hasSameSizeAs(EmbeddingAttack.class.getPermittedSubclasses()).isNotEmpty();
    for (EmbeddingAttack attack : all) {
      assertThat(attack.id()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
      assertThat(attack.label()).startsWith(attack.id()).matches("[a-z0-9.-]+");
      assertThat(attack.description()).isNotBlank().doesNotContain("\n");
      assertThat(attack.source()).isNotBlank().doesNotContain("\n");
      assertThat(EmbeddingAttackContract.class)
          .isAssignableFrom(Class.forName(attack.getClass().getName() + "Test"));
    }
    assertThat(Registry.ids(EmbeddingAttack.class)).doesNotHaveDuplicates();
  }

  @Test
  void every_attack_survives_yaml() {
    for (EmbeddingAttack attack : Registry.defaults(EmbeddingAttack.class)) {
      assertThat(StrictYaml.parse(StrictYaml.write(attack), "x.yaml", EmbeddingAttack.class))
          .isEqualTo(attack);
      assertThat(StrictYaml.parse("type: " + attack.id(), "x.yaml", EmbeddingAttack.class))
          .isEqualTo(attack);
    }
  }
}
