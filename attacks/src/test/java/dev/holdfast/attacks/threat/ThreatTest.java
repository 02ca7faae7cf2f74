package dev.holdfast.attacks.threat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThreatTest {

  private static Epsilon epsilon(String text) {
    return Epsilon.parse(text, "the test");
  }

  @ParameterizedTest
  @CsvSource({
    "8/255, 8/255, 0.03137254901960784",
    "0.57/255, 0.57/255, 0.0022352941176470588",
    "' 8 / 255 ', 8/255, 0.03137254901960784",
    "0, 0, 0",
    "0/255, 0/255, 0",
    "0.5, 0.5, 0.5",
    ".5, .5, 0.5",
    "1., 1., 1",
    "255/255, 255/255, 1",
    "1/3, 1/3, 0.3333333333333333",
    "0.1, 0.1, 0.1",
    "8/255.0, 8/255.0, 0.03137254901960784",
    "1e-2, 0.01, 0.01",
    "1E-2/2.55e2, 0.01/255, 0.00003921568627450980392",
  })
  void numbers_and_fractions_are_read_exactly_and_kept_as_written_but_for_exponents(
      String text, String shown, double value) {
    Epsilon epsilon = epsilon(text);
    assertThat(epsilon.value()).isEqualTo(value);
    assertThat(epsilon).hasToString(shown);
    assertThat(epsilon.under(Norm.LINF, "epsilon", "the test")).isSameAs(epsilon);
    assertThat(epsilon(epsilon.text())).isEqualTo(epsilon);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "", " ", "1/0", "1/0.0", "-1", "-8/255", "8/-255", "a", "8/", "/255", "1e", "1e-300", "1,5",
        "NaN", "inf", "8/255/2", "8 255", "."
      })
  void anything_else_is_refused(String text) {
    assertThatThrownBy(() -> epsilon(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The epsilon (" + text + ") of the test must be a number")
        .hasMessageContaining("8/255");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"-1/255|1/255", "-0.5|0.5", "0,5|0.5", "1,5/255|1.5/255", "8/0|8/255", "8px|8/255"})
  void the_number_that_was_meant_is_named(String text, String meant) {
    assertThatThrownBy(() -> epsilon(text)).hasMessageEndingWith("Maybe write " + meant + ".");
  }

  @Test
  void the_error_names_the_key_that_was_read() {
    assertThatThrownBy(() -> Epsilon.parse("step_size", "x", "attack pgd"))
        .hasMessageContaining("The step_size (x) of attack pgd must");
  }

  @ParameterizedTest
  @CsvSource({"8, you meant 8/255", "1.5, you meant 1.5/255", "300/255, the denominator is wrong"})
  void linf_budgets_above_1_are_refused_with_advice(String text, String advice) {
    assertThatThrownBy(() -> threat(Norm.LINF, text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("epsilon (" + text + ")")
        .hasMessageContaining("Maybe " + advice + ".");
  }

  @Test
  void l2_budgets_are_plain_numbers_of_any_size() {
    assertThat(threat(Norm.L2, "8").epsilon().value()).isEqualTo(8);
    assertThat(threat(Norm.L2, "0.5").epsilon().value()).isEqualTo(0.5);
    assertThat(threat(Norm.L2, "300/255").epsilon().value()).isEqualTo(300.0 / 255);
  }

  @ParameterizedTest
  @ValueSource(strings = {"8/255", "8", "1.01", "8 / 255.0"})
  void a_patch_has_a_share_of_the_image_and_nothing_else(String text) {
    assertThatThrownBy(() -> threat(Norm.PATCH, text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The epsilon (" + epsilon(text) + ") of the threat model must be")
        .hasMessageContaining("the share of the image that the patch covers")
        .hasMessageContaining("Maybe write 0.05");
    assertThat(threat(Norm.PATCH, "0.05").epsilon().value()).isEqualTo(0.05);
    assertThat(threat(Norm.PATCH, "1/16").epsilon().value()).isEqualTo(0.0625);
    assertThat(threat(Norm.PATCH, "0.05").hash()).isNotEqualTo(threat(Norm.LINF, "0.05").hash());
  }

  @Test
  void perturbations_are_measured_by_the_largest_change_the_length_and_the_changed_pixels() {
    // Two channels of three pixels, behind a number that is none of theirs.
    float[] image = {9, 0, 0.5f, 0, 0, 0.25f, 0};
    float[] clean = {0, 0, 0, 0, 0, 1};
    assertThat(Norm.LINF.length(image, 1, clean, 0, 2, 3)).isEqualTo(1);
    assertThat(Norm.L2.length(image, 1, clean, 0, 2, 3)).isEqualTo(Math.sqrt(0.25 + 0.0625 + 1));
    assertThat(Norm.PATCH.length(image, 1, clean, 0, 2, 3)).isEqualTo(2 / 3.0);
    assertThat(Norm.PATCH.length(clean, 0, clean, 0, 2, 3)).isZero();
  }

  @Test
  void budgets_are_shown_in_units_of_255() {
    assertThat(epsilon("8/255").in255()).isEqualTo(8);
  }

  private static ThreatModel threat(Norm norm, String text) {
    return new ThreatModel(norm, epsilon(text), Side.QUERY, Knowledge.WHITE_BOX);
  }

  @Test
  void equal_threats_have_equal_hashes_and_others_other_ones() {
    assertThat(threat(Norm.LINF, "8/255").hash())
        .matches("[0-9a-f]{12}")
        .isEqualTo(threat(Norm.LINF, "8/255").hash())
        .isEqualTo(threat(Norm.LINF, "16/510").hash());
    Set<String> hashes = new HashSet<>();
    for (Norm norm : Norm.LENGTHS) {
      for (Side side : Side.values()) {
        for (String text : new String[] {"0", "8/255", "4/255"}) {
          for (Knowledge knowledge : Knowledge.values()) {
            for (String weights : new String[] {"aa", "bb"}) {
              SurrogateModel surrogate =
                  knowledge == Knowledge.TRANSFER ? new SurrogateModel("net", weights) : null;
              hashes.add(new ThreatModel(norm, epsilon(text), side, knowledge, surrogate).hash());
            }
          }
        }
      }
    }
    assertThat(hashes).hasSize(2 * 3 * 3 * (4 + 1));
  }

  @Test
  void transfer_names_its_surrogate() {
    SurrogateModel surrogate = new SurrogateModel("net", "0123456789abcdef");
    ThreatModel threat =
        new ThreatModel(Norm.L2, epsilon("1"), Side.QUERY, Knowledge.TRANSFER, surrogate);
    assertThat(threat.knowledgeInWords()).isEqualTo("transfer from net (0123456789ab)");
    assertThat(threat(Norm.L2, "1").knowledgeInWords()).isEqualTo("white-box");
    assertThatThrownBy(
            () -> new ThreatModel(Norm.L2, epsilon("1"), Side.QUERY, Knowledge.TRANSFER, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void norms_are_found_by_id() {
    for (Norm norm : Norm.values()) {
      assertThat(Norm.of(norm.id(), "the test")).isEqualTo(norm);
    }
    assertThatThrownBy(() -> Norm.of("linv", "the test"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("norm (linv) of the test must be one of linf, l2")
        .hasMessageContaining("you meant linf");
  }

  @Test
  void sides_are_found_by_id() {
    for (Side side : Side.values()) {
      assertThat(Side.of(side.id(), "the test")).isEqualTo(side);
    }
    assertThatThrownBy(() -> Side.of("querry", "the test"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("you meant query");
  }

  @ParameterizedTest
  @CsvSource({"QUERY, true, false", "GALLERY, false, true", "BOTH, true, true"})
  void a_side_says_whose_images_are_perturbed(Side side, boolean queries, boolean gallery) {
    assertThat(side.queries()).isEqualTo(queries);
    assertThat(side.gallery()).isEqualTo(gallery);
  }
}
