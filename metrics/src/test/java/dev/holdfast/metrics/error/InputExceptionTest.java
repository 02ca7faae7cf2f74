package dev.holdfast.metrics.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class InputExceptionTest {

  private static final List<String> KNOWN = List.of("pgd", "fgsm", "apgd", "gaussian-noise");

  @Test
  void says_what_is_wrong_and_what_to_do() {
    assertThat(InputException.of("steps", -1, "pgd", "be positive", "you meant 1"))
        .hasMessage("The steps (-1) of pgd must be positive.%nMaybe you meant 1.".formatted());
  }

  @Test
  void suggests_the_nearest_known_word() {
    assertThat(InputException.nearest("gausian-noise", KNOWN)).contains("gaussian-noise");
    assertThat(InputException.nearest("fgms", KNOWN)).contains("fgsm");
    assertThat(InputException.nearest("pgd", KNOWN)).contains("pgd");
    assertThat(InputException.nearest("agpd", KNOWN)).contains("apgd");
  }

  @Test
  void prefers_the_first_in_the_alphabet_among_equally_near_words() {
    assertThat(InputException.nearest("aab", List.of("aad", "aac"))).contains("aac");
  }

  @Test
  void suggests_nothing_when_no_word_is_near() {
    assertThat(InputException.nearest("carlini", KNOWN)).isEmpty();
    assertThat(InputException.nearest("x", List.of())).isEmpty();
  }

  @Test
  void lists_the_known_words_with_the_suggestion() {
    assertThat(InputException.unknown("attack", "pdg", "the battery", List.of("fgsm", "pgd")))
        .hasMessage(
            "The attack (pdg) of the battery must be one of fgsm, pgd.%nMaybe you meant pgd."
                .formatted());
    assertThat(InputException.unknown("attack", "carlini", "the battery", List.of("fgsm")))
        .hasMessageEndingWith("Maybe pick one from that list.");
  }
}
