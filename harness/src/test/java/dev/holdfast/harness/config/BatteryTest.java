package dev.holdfast.harness.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.CorruptionCell;
import dev.holdfast.harness.plan.Plan;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.models.image.ResizeFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatteryTest {

  private static final InputSpec SPEC =
      new InputSpec(64, 64, ColorMode.RGB, ResizeFilter.BILINEAR, 64);

  static final List<String> NAMES = Battery.NAMES;

  @TempDir private Path folder;

  private Battery load(String text) throws IOException {
    return Battery.load(Files.writeString(folder.resolve("mine.yaml"), text).toString());
  }

  private Battery withEntry(String entry) throws IOException {
    return load("schema: 1\nname: mine\n" + entry + "\n");
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void a_shipped_battery_has_its_name_and_cells(String name) {
    Battery battery = Battery.load(name);
    List<Cell> cells = Plan.of(battery, SPEC);
    assertThat(battery.name()).isEqualTo(name);
    assertThat(battery.limitQueries()).isNotNegative();
    assertThat(battery.metrics()).contains("recall@1", "map-at-r");
    assertThat(cells).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "quick, 10, 30, 0",
    "standard, 34, 75, 1",
    "full, 49, 95, 3",
    "robrank-compat, 18, 0, 0",
    "corruptions, 0, 95, 0",
    "shifts, 0, 80, 0"
  })
  void a_shipped_battery_has_that_many_cells(
      String name, int attacks, int corruptions, int worstCases) {
    List<Cell> cells = Plan.of(Battery.load(name), SPEC);
    assertThat(cells).filteredOn(c -> c instanceof AttackCell).hasSize(attacks);
    assertThat(cells).filteredOn(c -> c instanceof CorruptionCell).hasSize(corruptions);
    assertThat(cells).filteredOn(c -> c instanceof WorstCaseCell).hasSize(worstCases);
  }

  @Test
  void what_is_left_out_has_a_default() throws IOException {
    Battery battery =
        withEntry(
            """
            attacks: [{attack: {type: pgd}, epsilons: [8/255]}]
            corruptions: [{}]
            """);
    assertThat(battery.limitQueries()).isZero();
    assertThat(battery.metrics())
        .containsExactly("recall@1", "recall@2", "recall@4", "recall@8", "map-at-r");
    AttackEntry attack = battery.attacks().get(0);
    assertThat(attack.norm()).isEqualTo("linf");
    assertThat(attack.side()).isEqualTo("query");
    assertThat(attack.objectives())
        .singleElement()
        .extracting(o -> o.id())
        .isEqualTo("embedding-shift");
    assertThat(battery.corruptions().get(0).severities()).containsExactly(1, 2, 3, 4, 5);
    assertThat(battery.corruptions().get(0).ids())
        .hasSize(15)
        .contains("gaussian-noise", "glass-blur", "snow", "pixelate")
        .doesNotContain("saturate");
  }

  @Test
  void corruptions_are_named_by_id_and_by_family() throws IOException {
    Battery battery = withEntry("corruptions: [{ids: [fog], families: [noise, extra]}]");
    assertThat(battery.corruptions().get(0).ids())
        .startsWith("fog", "gaussian-noise")
        .contains("saturate")
        .hasSize(8);
  }

  @Test
  void a_battery_without_attacks_measures_the_clean_model() throws IOException {
    assertThat(Plan.of(withEntry("metrics: [recall@3]"), SPEC)).isEmpty();
  }

  @Test
  void the_command_line_may_limit_the_queries() {
    Battery battery = Battery.load("quick");
    assertThat(battery.withLimitQueries(5).limitQueries()).isEqualTo(5);
    assertThat(battery.withLimitQueries(0).attacks()).isEqualTo(battery.attacks());
    assertThatThrownBy(() -> battery.withLimitQueries(-1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("(-1) of battery quick must not be negative");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "atacks: []|key (atacks) of mine.yaml, line 3|you meant attacks",
        "attacks: [{attack: {type: pgd, step: 3}, epsilons: [1/255]}]|key (step)|you meant steps",
        "attacks: [{attack: {type: pdg}, epsilons: [1/255]}]|type (pdg)|you meant pgd",
        "attacks: [{attack: {steps: 3}, epsilons: [1/255]}]|key (type)|fgsm",
        "attacks: [{epsilons: [1/255]}]|attack (missing)|add attack",
        "attacks: [{attack: {type: pgd}}]|epsilons (missing) of attack pgd|8/255",
        "attacks: [{attack: {type: pgd}, epsilons: []}]|epsilons (missing) of attack pgd|8/255",
        "attacks: [{attack: {type: pgd}, epsilons: [8]}]|epsilon (8) of attack pgd|you meant 8/255",
        "attacks: [{attack: {type: pgd}, epsilons: [8/0]}]|epsilon (8/0)|write 8/255",
        "attacks: [{attack: {type: pgd}, epsilons: [-1/255]}]|epsilon (-1/255)|not negative",
        "attacks: [{attack: {type: pgd}, norm: linff, epsilons: [0]}]|norm (linff)|you meant linf",
        "attacks: [{attack: {type: pgd}, side: querry, epsilons: [0]}]|side (querry)|query",
        "attacks: [{attack: {type: pgd}, objectives: [], epsilons: [0]}]|objectives (none)|default",
        "attacks: [{attack: {type: pgd}, objectives: [{type: shift}], epsilons: [0]}]|type (shift)|embedding-shift",
        "attacks: [{attack: {type: pgd, steps: 0}, epsilons: [0]}]|steps (0) of attack pgd|try 10",
        "attacks: [{attack: {type: pgd, steps: 2.5}, epsilons: [0]}]|The steps (2.5) of|whole number",
        "attacks: [{attack: {type: pgd, step_size: 0}, epsilons: [0]}]|step_size (0)|be positive",
        "attacks: [{attack: {type: pgd}, stop: brokn, epsilons: [0]}]|stop (brokn)|you meant broken",
        "attacks: [{attack: {type: pgd}, stop: broken, side: both, epsilons: [0]}]|stop (broken)|use side: query",
        "attacks: [{attack: {type: pgd}, stop: broken, objectives: [{type: margin, k: 3}], epsilons: [0]}]|hold recall@3|add it",
        "worst_cases: [{}]|epsilons (missing) of worst case|8/255",
        "worst_cases: [{epsilons: [8]}]|epsilon (8) of worst case|you meant 8/255",
        "worst_cases: [{epsilons: [8/255], k: 0}]|k (0) of worst case|try 1",
        "worst_cases: [{epsilons: [8/255], k: 3}]|hold recall@3|add it",
        "worst_cases: [{epsilons: [8/255], members: []}]|members (none)|default",
        "worst_cases: [{epsilons: [8/255], members: [{attack: {type: apgd}}]}]|members (incomplete)|objectives",
        "worst_cases: [{epsilons: [8/255], members: [{attack: {type: apgd}, objectives: [{type: ca-plus}]}]}]|objective (ca-plus)|use margin",
        "worst_cases: [{epsilons: [8/255], ablations: true}]|key (ablations)|you meant ablation",
        "corruptions: [{ids: [gausian-noise]}]|id (gausian-noise)|you meant gaussian-noise",
        "corruptions: [{families: [nois]}]|family (nois)|you meant noise",
        "corruptions: [{severities: [6]}]|severity (6)|1, 2, 3, 4 or 5",
        "corruptions: [{severities: [0]}]|severity (0)|1, 2, 3, 4 or 5",
        "corruptions: [{severity: [1]}]|key (severity)|you meant severities",
        "metrics: [recal@1]|metric (recal@1) of battery mine|recall@K",
        "metrics: [recall@0]|metric (recall@0)|map-at-r",
        "metrics: []|metrics ([])|one or more",
        "metrics: [recall@1, recall@1]|metrics|that differ",
        "limit_queries: -5|limit_queries (-5) of battery mine|0 means all",
        "limit_queries: many|The limit_queries (many) of|whole number",
        "name: twice|key (name) of mine.yaml, line 3|be given once"
      })
  void refuses(String entry, String what, String advice) {
    assertThatThrownBy(() -> withEntry(entry))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(what)
        .hasMessageContaining(advice)
        .hasMessageContaining("Maybe ");
  }

  /** A record refuses its values when all of them are there, which is not where it begins. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "metrics:;  - recall@1;  - recall@0|line 5|metric (recall@0)",
        "metrics: [recall@0]|line 3|metric (recall@0)",
        "limit_queries: -5|line 3|limit_queries (-5)",
        "attacks:;  - attack: {type: pgd};    norm: linf;    epsilons:;    - 1/255;    - 8"
            + "|line 8|epsilon (8)",
        "attacks:;  - attack:;      type: pgd;      steps: 0;    epsilons: [0]|line 6|steps (0)",
        "corruptions:;  - ids: [fog];    severities:;    - 6|line 6|severity (6)",
        "corruptions:;  - families: [fog];    severities: [1]|line 4|family (fog)"
      })
  void names_the_line_of_the_value(String lines, String line, String what) {
    assertThatThrownBy(() -> load("schema: 1\nname: mine\n" + lines.replace(";", "\n") + "\n"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("mine.yaml, " + line + ": The " + what);
  }

  @Test
  void refuses_a_step_that_is_longer_than_the_budget() throws IOException {
    Battery battery =
        withEntry("attacks: [{attack: {type: pgd, step_size: 4/255}, epsilons: [8/255, 2/255]}]");
    assertThatThrownBy(() -> Plan.of(battery, SPEC))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("step_size (4/255) of attack pgd must be at most the epsilon 2/255")
        .hasMessageContaining("epsilon/4");
  }

  @Test
  void refuses_a_file_without_schema_or_name() {
    assertThatThrownBy(() -> load("name: mine\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("schema: 1");
    assertThatThrownBy(() -> load("schema: 2\nname: mine\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("schema (2)");
    assertThatThrownBy(() -> load("schema: 1\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("name: my-battery");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "just words", "[1, 2]", "a: [", "schema: 1\n\tname: x"})
  void refuses_what_is_no_mapping(String text) {
    assertThatThrownBy(() -> load(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("mine.yaml");
  }

  @Test
  void refuses_a_file_that_is_no_text() throws IOException {
    Path file = Files.write(folder.resolve("b.yaml"), new byte[] {(byte) 0xff, 0, (byte) 0xfe});
    assertThatThrownBy(() -> Battery.load(file.toString()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("must be readable text");
  }

  @Test
  void an_entry_that_is_null_has_a_message() {
    for (String entry : List.of("attacks: [null]", "corruptions: [null]", "metrics: [null]")) {
      assertThatThrownBy(() -> withEntry(entry)).isInstanceOf(InputException.class);
    }
  }

  @Test
  void attacks_that_want_a_surrogate_of_the_command_line_are_left_out_without_one()
      throws IOException {
    Battery with = Battery.load("full", Path.of("other"));
    assertThat(with.attacks()).filteredOn(a -> "other".equals(a.surrogate())).hasSize(1);
    assertThat(with.attacks()).hasSize(Battery.load("full").attacks().size() + 1);
    assertThatThrownBy(() -> Battery.load("quick", Path.of("other")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("surrogate (other) of the command line must be used by the battery")
        .hasMessageContaining("Maybe use --battery full");
    Battery own =
        withEntry("attacks: [{attack: {type: pgd}, epsilons: [8/255], surrogate: ../net}]");
    assertThat(own.attacks().get(0).surrogate())
        .isEqualTo(folder.resolveSibling("net").toAbsolutePath().toString());
  }

  @Test
  void suggests_the_nearest_battery() {
    assertThatThrownBy(() -> Battery.load("standart"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("you meant standard");
    assertThatThrownBy(() -> Battery.load("nowhere.yaml"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("must be an existing file");
  }

  @Test
  void metrics_are_words_in_both_directions() {
    for (String word : List.of("recall@1", "recall@10", "map-at-r")) {
      assertThat(MetricNames.word(MetricNames.parse(word, "a test"))).isEqualTo(word);
    }
  }

  @Test
  void text_of_a_shipped_battery_is_a_file_that_may_be_copied() throws IOException {
    for (String name : Battery.NAMES) {
      try (var in =
          Battery.class.getResourceAsStream("/dev/holdfast/harness/batteries/" + name + ".yaml")) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        assertThat(load(text)).isEqualTo(Battery.load(name));
      }
    }
  }
}
