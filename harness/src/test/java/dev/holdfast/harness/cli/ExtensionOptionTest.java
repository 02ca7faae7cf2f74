package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.Fgsm;
import dev.holdfast.attacks.Pgd;
import dev.holdfast.attacks.objective.MultiTarget;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExtensionOptionTest {

  @Test
  void reads_an_id_alone_and_with_parameters() {
    assertThat(ExtensionOption.parse("--attack", "fgsm", Attack.class)).isEqualTo(new Fgsm());
    assertThat(ExtensionOption.parse("--attack", "pgd", Attack.class))
        .isEqualTo(new Pgd(null, null, null));
    assertThat(
            ExtensionOption.parse(
                "--attack", "pgd, steps = 7,step_size=2/255,random_start=false", Attack.class))
        .isEqualTo(new Pgd(7, "2/255", false));
    assertThat(ExtensionOption.parse("--objective", "multi-target,targets=3", Objective.class))
        .isInstanceOf(MultiTarget.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pdg|type (pdg) of --attack|you meant pgd",
        "''|type () of --attack|pgd",
        "pgd,step=3|key (step) of --attack|you meant steps",
        "pgd,steps|parameter (steps) of --attack|key=value",
        "pgd,|parameter () of --attack|key=value",
        "pgd,=3|parameter (=3) of --attack|key=value",
        "pgd,steps=|parameter (steps=) of --attack|have a value",
        "pgd,steps=3,steps=4|parameter (steps) of --attack|be given once",
        "pgd,type=fgsm|parameter (type) of --attack|be given once",
        "pgd,steps=three|steps (three) of --attack|whole number",
        "pgd,steps=2.5|steps (2.5) of --attack|whole number",
        "pgd,steps=0|steps (0) of attack pgd|try 10",
        "pgd,random_start=perhaps|random_start (perhaps) of --attack|true or false"
      })
  void refuses_without_naming_a_line(String words, String what, String advice) {
    assertThatThrownBy(() -> ExtensionOption.parse("--attack", words, Attack.class))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(what)
        .hasMessageContaining(advice)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("line ").doesNotContain("file"));
  }
}
