package dev.holdfast.harness.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.harness.config.Battery;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.models.image.ResizeFilter;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {

  private static final String TWO_BUDGETS =
      """
      schema: 1
      name: two
      attacks:
        - attack: {type: pgd, steps: 3}
          objectives: [{type: embedding-shift}, {type: margin, k: 1}]
          epsilons: [0.57/255, 8/255]
        - {attack: {type: fgsm}, norm: l2, epsilons: [0.5], side: both}
      corruptions:
        - {ids: [contrast], severities: [2, 4, 5]}
        - {ids: [contrast], severities: [3], side: gallery}
      embeddings:
        - {attack: {type: boundary-distance}}
        - {attack: {type: embedding-noise, scale: 0.25}, side: gallery}
        - {attack: {type: int8-quantization}}
      """;

  private static InputSpec square(int side) {
    return new InputSpec(side, side, ColorMode.RGB, ResizeFilter.BILINEAR, side);
  }

  private static List<Cell> plan(String text) {
    return Plan.of(StrictYaml.parse(text, "test.yaml", Battery.class), square(64));
  }

  @Test
  void ids_stay_what_they_are() {
    // Folders of unfinished audits hold files of these names: a change would lose their work.
    assertThat(plan(TWO_BUDGETS))
        .extracting(Cell::id)
        .containsExactly(
            "pgd-linf_embedding-shift_0.00223529_query_85c934c5",
            "pgd-linf_embedding-shift_0.0313725_query_a25e46ad",
            "pgd-linf_margin-1_0.00223529_query_865aa82d",
            "pgd-linf_margin-1_0.0313725_query_6f05e516",
            "fgsm-l2_embedding-shift_0.5_both_00aa7e8b",
            "contrast_2_hendrycks-64_query",
            "contrast_4_hendrycks-64_query",
            "contrast_5_hendrycks-64_query",
            "contrast_3_hendrycks-64_gallery",
            "boundary-distance_query_229cba42",
            "embedding-noise-0.25_gallery_40d5139a",
            "int8-quantization-tensor_both_a0a38322");
  }

  @Test
  void ids_of_the_shipped_batteries_are_names_of_different_files() {
    for (String name : Battery.NAMES) {
      List<Cell> cells = Plan.of(Battery.load(name), square(224));
      Set<String> seen = new HashSet<>();
      for (Cell cell : cells) {
        assertThat(cell.id()).matches("[a-z0-9._-]{1,120}");
        assertThat(seen.add(cell.id().toLowerCase(java.util.Locale.ROOT))).isTrue();
      }
    }
  }

  @Test
  void a_hyper_parameter_is_part_of_the_id_whether_it_was_written_or_left_out() {
    String form = "schema: 1\nname: x\nattacks: [{attack: {type: pgd%s}, epsilons: [8/255]}]\n";
    String left = plan(form.formatted("")).get(0).id();
    assertThat(plan(form.formatted(", steps: 10")).get(0).id()).isEqualTo(left);
    assertThat(plan(form.formatted(", steps: 11")).get(0).id()).isNotEqualTo(left);
    assertThat(plan(form.formatted(", random_start: false")).get(0).id()).isNotEqualTo(left);
  }

  @Test
  void the_setting_is_canonical_json() {
    assertThat(plan(TWO_BUDGETS).get(0).setting())
        .isEqualTo(
            "{\"attack\":{\"iterate\":\"last\",\"random_start\":true,\"restarts\":1,\"step_size\":\"epsilon/4\",\"steps\":3,"
                + "\"type\":\"pgd\"},\"objective\":{\"type\":\"embedding-shift\",\"variant\":\"corrected\"}}");
  }

  @ParameterizedTest
  @CsvSource({"45, hendrycks-32", "46, hendrycks-64", "120, hendrycks-64", "121, hendrycks-224"})
  void the_size_of_the_input_chooses_the_dialect(int side, String dialect) {
    List<Cell> cells =
        Plan.of(StrictYaml.parse(TWO_BUDGETS, "test.yaml", Battery.class), square(side));
    assertThat(((CorruptionCell) cells.get(5)).dialect().id()).isEqualTo(dialect);
  }

  @Test
  void refuses_the_same_entry_twice() {
    String twice =
        """
        schema: 1
        name: twice
        corruptions: [{ids: [contrast], severities: [1]}, {ids: [contrast], severities: [2, 1]}]
        """;
    assertThatThrownBy(() -> plan(twice))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("entry (contrast severity 1) of battery twice must be given once");
    String attacks =
        """
        schema: 1
        name: twice
        attacks: [{attack: {type: fgsm}, epsilons: [1/255, 1/255]}]
        """;
    assertThatThrownBy(() -> plan(attacks))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("be given once");
  }

  @Test
  void the_same_budget_in_other_words_is_the_same_cell() {
    String spelled =
        """
        schema: 1
        name: spelled
        attacks: [{attack: {type: pgd}, epsilons: [%s]}]
        """;
    String id = plan(spelled.formatted("8/255")).get(0).id();
    assertThat(plan(spelled.formatted("16/510")).get(0).id()).isEqualTo(id);
    assertThat(plan(spelled.formatted("8.0/255")).get(0).id()).isEqualTo(id);
    assertThat(plan(spelled.formatted("0.0313725")).get(0).id()).isNotEqualTo(id);
    assertThatThrownBy(() -> plan(spelled.formatted("8/255, 16/510")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("be given once");
    assertThat(plan(spelled.formatted("0." + "1".repeat(300))).get(0).id()).hasSizeLessThan(100);
  }

  @Test
  void shows_the_largest_budget_and_the_middle_severity_of_attacked_queries() {
    Set<Cell> shown = Plan.worthShowing(plan(TWO_BUDGETS));
    assertThat(shown)
        .extracting(Cell::title)
        .containsExactlyInAnyOrder(
            "pgd-linf embedding-shift 8/255", "pgd-linf margin-1 8/255", "contrast severity 2");
  }

  private static String worst(String members) {
    return "schema: 1\nname: worst\nworst_cases: [{epsilons: [8/255]%s}]\n".formatted(members);
  }

  @Test
  void a_worst_case_has_three_members_that_are_told_apart() {
    WorstCaseCell cell = (WorstCaseCell) plan(worst("")).get(0);
    assertThat(cell.id()).isEqualTo("worst-case-r-linf_recall-1_0.0313725_query_b9d4baf0");
    assertThat(cell.members())
        .extracting(WorstCaseCell.Member::name)
        .containsExactly(
            "apgd-linf margin-1", "successive-halving-linf margin-1", "square-linf margin-1");
    assertThat(cell.members())
        .extracting(WorstCaseCell.Member::seesGradients)
        .containsExactly(true, true, false);
    assertThat(cell.threat().knowledge().id()).isEqualTo("white-box");
    assertThat(plan(worst(", ablation: true")).get(0).id()).isNotEqualTo(cell.id());
    assertThat(plan(worst(", ablation: false")).get(0).id()).isEqualTo(cell.id());
  }

  @Test
  void smaller_budgets_of_a_worst_case_come_first_and_larger_ones_know_of_them() {
    String text = "schema: 1\nname: worst\nworst_cases: [{epsilons: [%s]}]\n";
    List<Cell> cells = plan(text.formatted("8/255, 1/255, 4/255"));
    assertThat(cells)
        .extracting(Cell::title)
        .containsExactly(
            "worst-case-r-linf 1/255", "worst-case-r-linf 4/255", "worst-case-r-linf 8/255");
    WorstCaseCell largest = (WorstCaseCell) cells.get(2);
    assertThat(largest.below()).isEqualTo(cells.get(1));
    assertThat(largest.below().below()).isEqualTo(cells.get(0));
    assertThat(((WorstCaseCell) cells.get(0)).below()).isNull();
    // Alone it may leave more: another number with another id.
    Cell alone = plan(worst("")).get(0);
    assertThat(largest.id()).isNotEqualTo(alone.id());
    assertThat(largest.setting()).contains("\"smaller\":[\"0.00392157\",\"0.0156863\"]");
    assertThat(alone.setting()).doesNotContain("smaller");
    assertThatThrownBy(() -> plan(text.formatted("1/255, 2/255, 4/510")))
        .hasMessageContaining("be given once");
  }

  @Test
  void a_member_is_the_attack_that_would_be_run_alone() {
    String alone =
        """
        schema: 1
        name: alone
        attacks:
          - attack: {type: square, queries: 200, rescale: true}
            objectives: [{type: margin}]
            epsilons: [8/255]
            stop: broken
        """;
    WorstCaseCell cell = (WorstCaseCell) plan(worst("")).get(0);
    assertThat(cell.attacks()).contains((AttackCell) plan(alone).get(0));
  }

  @Test
  void refuses_members_that_are_the_same_or_do_not_fit() {
    String member = "{attack: {type: %s}, objectives: [{type: %s}]}";
    String twice = ", members: [" + member + ", " + member + "]";
    assertThatThrownBy(
            () -> plan(worst(twice.formatted("apgd", "margin", "apgd, steps: 7", "margin"))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("members (apgd-linf margin-1) of worst case")
        .hasMessageContaining("differ");
    assertThatThrownBy(
            () -> plan(worst(", members: [" + member.formatted("fmn", "embedding-shift") + "]")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("objective (embedding-shift) of attack fmn");
  }

  @Test
  void steps_cost_more_than_forward_passes() {
    List<Cell> cells = plan(TWO_BUDGETS);
    assertThat(cells.get(0).cost()).isGreaterThan(cells.get(4).cost());
    assertThat(cells.get(4).cost()).isGreaterThan(cells.get(5).cost());
  }
}
