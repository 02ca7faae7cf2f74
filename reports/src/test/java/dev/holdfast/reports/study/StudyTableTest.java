package dev.holdfast.reports.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.reports.Audits;
import dev.holdfast.reports.StudyFiles;
import dev.holdfast.reports.html.HtmlStudy;
import dev.holdfast.reports.json.AuditJson;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.table.Metric;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class StudyTableTest {

  private static final JsonMapper MAPPER = AuditJson.mapper();
  private static final Map<String, Map<String, Object>> RECIPES =
      recipes(
          "clean",
          recipe("method", recipe("type", "standard"), "epochs", 3, "learning_rate", 0.001),
          "other",
          recipe(
              "method",
              recipe("type", "<mdprop>", "targets", List.of(1, 5)),
              "epochs",
              3,
              "learning_rate",
              0.0004));

  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> recipes(Object... namesAndRecipes) {
    return (Map<String, Map<String, Object>>) (Map<?, ?>) recipe(namesAndRecipes);
  }

  private static Map<String, Object> recipe(Object... keysAndValues) {
    Map<String, Object> recipe = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      recipe.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return recipe;
  }

  /** An audit whose every value is the same. */
  private static StudyTable.Run run(String method, long seed, double value) {
    ObjectNode tree = (ObjectNode) MAPPER.readTree(AuditJson.write(Audits.small()));
    for (JsonNode row : tree.path("rows")) {
      ((ObjectNode) row).put("value", value);
    }
    return new StudyTable.Run(
        method,
        seed,
        AuditJson.read(MAPPER.writeValueAsString(tree), "x"),
        Map.of("recipe", "cells/%s %d/model/recipe.yaml".formatted(method, seed)),
        "cells/%s %d/report.html".formatted(method, seed));
  }

  private static StudyTable table() {
    return StudyTable.of(
        "toy",
        "clean",
        RECIPES,
        List.of(1L, 2L, 3L),
        List.of(
            run("clean", 1, 0.1),
            run("other", 1, 0.4),
            run("clean", 2, 0.2),
            run("other", 2, 0.5),
            run("clean", 3, 0.3),
            run("other", 3, 0.9)));
  }

  private static StudyTable.Run asking(int queries, StudyTable.Run run) {
    ObjectNode tree = (ObjectNode) MAPPER.readTree(AuditJson.write(run.audit()));
    ((ObjectNode) tree.path("data")).put("queries", queries);
    for (JsonNode row : tree.path("rows")) {
      ((ObjectNode) row).put("n_queries", queries);
    }
    return new StudyTable.Run(
        run.method(),
        run.seed(),
        AuditJson.read(MAPPER.writeValueAsString(tree), "x"),
        run.training(),
        run.report());
  }

  @Test
  void settings_that_all_methods_share_are_not_told() {
    assertThat(table().settings())
        .extracting(StudyTable.Setting::key, StudyTable.Setting::values)
        .containsExactly(
            tuple("method.type", List.of("standard", "<mdprop>")),
            tuple("method.targets", List.of("–", "[1, 5]")),
            tuple("learning_rate", List.of("0.001", "0.0004")));
  }

  @Test
  void a_key_that_is_a_word_here_and_holds_keys_there_differs() {
    Map<String, Map<String, Object>> recipes =
        recipes(
            "a", recipe("loss", "none", "validation", null, "sizes", List.of()),
            "b", recipe("loss", recipe("type", "triplet"), "validation", null));
    assertThat(StudyTable.of("toy", "a", recipes, List.of(1L), List.of()).settings())
        .extracting(StudyTable.Setting::key, StudyTable.Setting::values)
        .containsExactly(
            tuple("loss", List.of("none", "–")),
            tuple("loss.type", List.of("–", "triplet")),
            tuple("sizes", List.of("[]", "–")));
  }

  @Test
  void batteries_that_ask_other_queries_are_not_mixed() {
    StudyTable two =
        StudyTable.of(
            "toy",
            "clean",
            Map.of("clean", Map.of()),
            List.of(1L),
            List.of(asking(20, run("clean", 1, 0.1)), asking(36, run("clean", 1, 0.4))));
    List<StudyTable.Row> rows =
        two.rows(Metric.RECALL_AT_1).stream()
            .filter(r -> r.perturbation().startsWith("clean"))
            .toList();
    assertThat(rows)
        .extracting(StudyTable.Row::perturbation)
        .containsExactly("clean with 20 queries", "clean with 36 queries");
    assertThat(rows).extracting(StudyTable.Row::queries).containsExactly(20, 36);
    assertThat(rows.get(0).cells().get("clean").values()).containsExactly(0.1);
    assertThat(rows.get(1).cells().get("clean").values()).containsExactly(0.4);
    // One model, though two audits of it have the finding.
    assertThat(new StudyText(two).findings()).first().asString().contains(": 1 model, clean");
  }

  @Test
  void attacks_that_differ_in_nothing_but_settings_are_told_apart() {
    StudyTable.Run one = run("clean", 1, 0.1);
    List<ResultRow> rows = new ArrayList<>();
    for (ResultRow row : one.audit().rows()) {
      if (row.kind() == Kind.ATTACK) {
        rows.add(Audits.withSetting(row, "{\"attack\": {\"steps\": 5}}"));
        rows.add(Audits.withSetting(row, "{\"attack\": {\"steps\": 30}}"));
      } else {
        rows.add(row);
      }
    }
    StudyTable.Run several =
        new StudyTable.Run(
            one.method(), one.seed(), one.audit().withRows(rows), one.training(), one.report());
    StudyTable two =
        StudyTable.of("toy", "clean", recipes("clean", recipe()), List.of(1L), List.of(several));
    List<StudyTable.Row> attacked =
        two.rows(Metric.RECALL_AT_1).stream()
            .filter(r -> r.sample().kind() == Kind.ATTACK)
            .toList();
    assertThat(attacked)
        .isNotEmpty()
        .extracting(StudyTable.Row::perturbation)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.endsWith(", steps 5") || name.endsWith(", steps 30"));
  }

  @Test
  void a_study_says_which_models_are_missing() {
    StudyTable partial =
        StudyTable.of(
            "toy",
            "clean",
            RECIPES,
            List.of(1L, 2L),
            List.of(run("clean", 1, 0.1), run("other", 1, 0.4), run("clean", 2, 0.2)));
    assertThat(new StudyText(partial).facts())
        .isEqualTo(
            "2 methods, seeds 1, 2; 400 queries. Not finished: 1 of 4 models are missing, other with seed 2.");
    assertThat(new StudyText(table()).facts()).endsWith("400 queries.");
  }

  @Test
  void differences_are_paired_by_seed() {
    StudyTable.Cell clean = table().rows().get(0).cells().get("clean");
    assertThat(clean.mean()).isCloseTo(0.2, within(1e-12));
    assertThat(clean.deviation()).isCloseTo(0.1, within(1e-12));
    assertThat(clean.difference()).isNull();
    StudyTable.Cell other = table().rows().get(0).cells().get("other");
    assertThat(other.values()).containsExactly(0.4, 0.5, 0.9);
    assertThat(other.difference().value()).isCloseTo(0.4, within(1e-12));
    // Differences 0.3, 0.3, 0.6: deviation sqrt(0.03), Student's quantile with 2 degrees 4.3027.
    double half = 4.302653 * Math.sqrt(0.03 / 3);
    assertThat(other.difference().low()).isCloseTo(0.4 - half, within(1e-6));
    assertThat(other.ratio()).isCloseTo(1.8 / 0.6, within(1e-12));
  }

  @Test
  void a_seed_that_one_method_lacks_is_left_out_of_the_difference() {
    StudyTable partial =
        StudyTable.of(
            "toy",
            "clean",
            RECIPES,
            List.of(1L, 2L),
            List.of(run("clean", 1, 0.1), run("other", 1, 0.4), run("clean", 2, 0.2)));
    StudyTable.Cell other = partial.rows().get(0).cells().get("other");
    assertThat(other.difference().value()).isCloseTo(0.3, within(1e-12));
    assertThat(other.difference().low()).isNaN();
    assertThat(other.ratio()).isCloseTo(4, within(1e-12));
  }

  @Test
  void equal_differences_have_no_interval_and_no_sign() {
    StudyTable equal =
        StudyTable.of(
            "toy",
            "clean",
            RECIPES,
            List.of(1L, 2L),
            List.of(
                run("clean", 1, 0.5),
                run("other", 1, 0.5),
                run("clean", 2, 0.7),
                run("other", 2, 0.7)));
    assertThat(equal.rows().get(0).cells().get("other").difference().low()).isNaN();
    assertThat(new StudyText(equal).markdown()).contains("<br>0.0 (with every seed)<br>x 1.00");
  }

  @Test
  void findings_of_audits_stand_beside_the_numbers() {
    // The small audit has one check that found something.
    StudyText text = new StudyText(table());
    assertThat(text.findings())
        .hasSize(1)
        .first()
        .asString()
        .contains("6 models, clean with seed 1");
    assertThat(text.markdown()).contains("- " + text.findings().get(0));
    assertThat(HtmlStudy.render(table()))
        .contains("<p>" + text.findings().get(0), "<p class=\"badge\">Suspicious</p>");
    assertThat(table().unreliable()).isFalse();
  }

  @Test
  void files_say_the_same_and_names_are_escaped(@TempDir Path dir) throws Exception {
    StudyFiles.write(table(), dir);
    assertThat(Files.readString(dir.resolve("study.md")))
        .contains("| Perturbation | clean | other |")
        .contains("| method.type | standard | &lt;mdprop> |")
        .contains("2 methods, seeds 1, 2, 3; 400 queries")
        .contains("| 20.0 ± 10.0<br>10.0, 20.0, 30.0 |")
        .contains("+40.0 [-3.0, +83.0]<br>x 3.00");
    assertThat(Files.readString(dir.resolve("study.html")))
        .contains("20.0 ± 10.0<small>10.0, 20.0, 30.0</small>")
        .contains(", <a href=\"cells/other%203/report.html\">")
        .contains("<dd><a href=\"cells/other%203/model/recipe.yaml\">recipe</a>")
        .contains("<code>method.type</code></th><td>standard</td>")
        .contains("<td>&lt;mdprop&gt;</td>")
        .contains("<small>+40.0 [-3.0, +83.0]</small><small>x 3.00</small>");
    assertThat(Files.readString(dir.resolve("study.csv")))
        .startsWith("study,dataset,perturbation,metric,k,n_queries,method,n_seeds,mean")
        .contains(",other,3,0.6");
  }
}
