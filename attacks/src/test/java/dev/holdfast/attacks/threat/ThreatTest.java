package dev.holdfast.attacks.threat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThreatTest {

  private static Epsilon epsilon(String text) {
    return Epsilon.parse(text, "the test");
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
