package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.TrustVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several attacks in a cascade, against the same attacks one by one. */
@Tag("native")
class WorstCaseAuditTest {

  private static final int QUERIES = 24;
  private static final String WORST = "worst-case-r-linf";

  /** Attack and objectives of each member, weak enough for each to leave something. */
  private static final Map<String, List<String>> MEMBERS = new LinkedHashMap<>();

  static {
    MEMBERS.put("{type: apgd, steps: 2}", List.of("{type: margin}"));
    MEMBERS.put("{type: apgd, steps: 3}", List.of("{type: embedding-shift}"));
    MEMBERS.put(
        "{type: apgd, steps: 4}",
        List.of("{type: nearest-class}", "{type: nearest-class, rank: 2}"));
    MEMBERS.put("{type: fmn, steps: 3}", List.of("{type: margin}"));
    MEMBERS.put("{type: square, queries: 12, rescale: true}", List.of("{type: margin}"));
  }

  private static final List<String> NAMES =
      List.of(
          "apgd-linf margin-1",
          "apgd-linf embedding-shift",
          "apgd-linf nearest-class",
          "fmn-linf margin-1",
          "square-linf margin-1");

  @TempDir private static Path shared;

  private static Path model;
  private static Path data;
  private static Path cascade;
  private static Path ablation;

  @TempDir private Path own;

  @BeforeAll
  static void audit_once() {
    model = World.model(shared.resolve("model"));
    data = World.images(shared.resolve("pictures"), 4, QUERIES / 4);
    World.write(shared.resolve("cascade.yaml"), battery(false));
    // Every attack of the ablation, and each of them as a cell of its own.
    World.write(shared.resolve("ablation.yaml"), battery(true) + alone());
    cascade = shared.resolve("cascade");
    ablation = shared.resolve("ablation");
    audit("cascade", cascade).succeeds();
    audit("ablation", ablation).succeeds();
  }

  private static String battery(boolean withAblation) {
    StringBuilder text =
        new StringBuilder(
            """
            schema: 1
            name: worst
            metrics: [recall@1, map-at-r]
            worst_cases:
              - epsilons: [5/255]
                ablation: %s
                members:
            """
                .formatted(withAblation));
    MEMBERS.forEach(
        (attack, objectives) ->
            text.append("      - {attack: " + attack + ", objectives: " + objectives + "}\n"));
    return text.toString();
  }

  private static String alone() {
    StringBuilder text = new StringBuilder("attacks:\n");
    MEMBERS.forEach(
        (attack, objectives) ->
            text.append(
                "  - {attack: %s, objectives: %s, epsilons: [5/255], stop: broken}\n"
                    .formatted(attack, objectives)));
    return text.toString();
  }

  private static Cli audit(String battery, Path out, Object... more) {
    return Cli.run(
        Stream.concat(
                Stream.of("audit", "--model", model, "--data", data, "--out", out, "--battery"),
                Stream.concat(
                    Stream.of(shared.resolve(battery + ".yaml"), "--batch-size", 8),
                    Stream.of(more)))
            .toArray());
  }

  private static List<QueryRow> queries(Path audit) {
    try (Stream<QueryRow> rows = AuditFiles.readQueries(audit)) {
      return rows.toList();
    }
  }

  private static List<QueryRow> worst(Path audit) {
    return queries(audit).stream().filter(row -> row.perturbation().equals(WORST)).toList();
  }

  private static List<String> breakers(QueryRow row) {
    return row.brokenBy() == null ? List.of() : Arrays.asList(row.brokenBy().split("; "));
  }

  private static double value(Path audit, String metric, String member) {
    return AuditFiles.readAudit(audit).rows().stream()
        .filter(r -> r.perturbation().equals(WORST) && r.metric().equals(metric))
        .filter(r -> member == null || member.equals(r.objective()))
        .mapToDouble(ResultRow::value)
        .findFirst()
        .orElseThrow();
  }

  /**
   * For each attack that was run alone, the queries that it broke; those that are wrong without.
   */
  private static Map<String, Set<Long>> brokenAlone() {
    Map<String, Set<Long>> broken = new HashMap<>();
    for (QueryRow row : queries(ablation)) {
      if (!row.perturbation().equals(WORST)) {
        Set<Long> by = broken.computeIfAbsent(row.cell(), c -> new HashSet<>());
        if (row.rank() > 1) {
          by.add(row.id());
        }
      }
    }
    return broken;
  }

  /** The same for members: what the attacks of one broke together. */
  private static Map<String, Set<Long>> brokenByMember() {
    Map<String, Set<Long>> cells = brokenAlone();
    Map<String, Set<Long>> members = new LinkedHashMap<>();
    for (String name : NAMES) {
      String start = name.replace(' ', '_');
      Set<Long> broken = new HashSet<>();
      cells.forEach((cell, ids) -> broken.addAll(cell.startsWith(start) ? ids : Set.of()));
      members.put(name, broken);
    }
    return members;
  }

  @Test
  void what_survives_is_what_no_attack_breaks_alone() {
    Map<String, Set<Long>> members = brokenByMember();
    Set<Long> clean = brokenAlone().get("clean");
    assertThat(clean).isNotEmpty();
    assertThat(members.values()).allSatisfy(ids -> assertThat(ids).hasSizeLessThan(QUERIES));
    for (QueryRow row : worst(cascade)) {
      String first =
          clean.contains(row.id())
              ? "clean"
              : NAMES.stream()
                  .filter(n -> members.get(n).contains(row.id()))
                  .findFirst()
                  .orElse(null);
      assertThat(row.brokenBy()).isEqualTo(first);
      assertThat(row.rank() > 1).isEqualTo(first != null);
      assertThat(row.hits().get(1)).isEqualTo(first == null);
    }
    assertThat(worst(cascade).stream().map(QueryRow::brokenBy).distinct().count())
        .as("members that broke something first")
        .isGreaterThan(3);
    double left = worst(cascade).stream().filter(r -> r.brokenBy() == null).count();
    assertThat(value(cascade, "recall", null)).isEqualTo(left / QUERIES);
    assertThat(left).isPositive();
  }

  @Test
  void an_ablation_tells_what_each_member_does_and_changes_nothing_else() {
    Map<String, Set<Long>> members = brokenByMember();
    Set<Long> clean = brokenAlone().get("clean");
    List<QueryRow> rows = worst(ablation);
    for (QueryRow row : rows) {
      List<String> all =
          clean.contains(row.id())
              ? List.of("clean")
              : NAMES.stream().filter(n -> members.get(n).contains(row.id())).toList();
      assertThat(breakers(row)).isEqualTo(all);
    }
    Set<Long> behind = new HashSet<>(clean);
    for (String name : NAMES) {
      behind.addAll(members.get(name));
      Set<Long> alone = new HashSet<>(clean);
      alone.addAll(members.get(name));
      Set<Long> without = new HashSet<>(clean);
      NAMES.stream().filter(n -> !n.equals(name)).forEach(n -> without.addAll(members.get(n)));
      for (Path audit : List.of(cascade, ablation)) {
        assertThat(value(audit, "left-behind", name)).isEqualTo(share(behind));
      }
      assertThat(value(ablation, "left-alone", name)).isEqualTo(share(alone));
      assertThat(value(ablation, "left-without", name)).isEqualTo(share(without));
    }
    List<QueryRow> cascaded = worst(cascade);
    for (int i = 0; i < QUERIES; i++) {
      QueryRow one = cascaded.get(i);
      QueryRow other = rows.get(i);
      assertThat(List.of(other.id(), other.rank(), other.perturbationLinf(), other.distanceMoved()))
          .isEqualTo(List.of(one.id(), one.rank(), one.perturbationLinf(), one.distanceMoved()));
      assertThat(other.forwards()).isGreaterThanOrEqualTo(one.forwards());
    }
    assertThat(World.text(ablation.resolve("report.md")))
        .contains("| Member | R@1 behind it | R@1 it leaves alone | R@1 without it |")
        .contains("| square-linf margin-1 |");
    assertThat(World.text(ablation.resolve("report.html"))).contains("R@1 it leaves alone");
    assertThat(World.text(cascade.resolve("report.md")))
        .contains("| Member | R@1 behind it |")
        .doesNotContain("leaves alone");
  }

  private static double share(Set<Long> broken) {
    return (double) (QUERIES - broken.size()) / QUERIES;
  }

  @Test
  void passes_are_those_of_the_attacks_that_a_query_met() {
    Map<Long, Integer> forwards = new HashMap<>();
    Map<Long, Integer> backwards = new HashMap<>();
    Map<Long, String> by = new HashMap<>();
    worst(cascade).forEach(row -> by.put(row.id(), String.valueOf(row.brokenBy())));
    Set<Long> settled = new HashSet<>();
    List<QueryRow> rows = queries(ablation);
    // Cells come in the order of the battery, and so do the members.
    for (String cell : rows.stream().map(QueryRow::cell).distinct().toList()) {
      if (cell.equals("clean") || cell.startsWith(WORST)) {
        continue;
      }
      for (QueryRow row : rows) {
        if (row.cell().equals(cell)
            && !settled.contains(row.id())
            && !by.get(row.id()).equals("clean")) {
          forwards.merge(row.id(), row.forwards(), Integer::sum);
          backwards.merge(row.id(), row.backwards(), Integer::sum);
          if (row.rank() > 1) {
            settled.add(row.id());
          }
        }
      }
    }
    for (QueryRow row : worst(cascade)) {
      assertThat(row.forwards()).isEqualTo(forwards.getOrDefault(row.id(), 0));
      assertThat(row.backwards()).isEqualTo(backwards.getOrDefault(row.id(), 0));
    }
  }

  @Test
  void attacks_without_gradients_are_judged_against_those_with_them() {
    Audit audit = AuditFiles.readAudit(cascade);
    assertThat(audit.trust())
        .extracting(TrustVerdict::check)
        .contains("black-box", "black-box-linf-5/255");
    Map<String, Double> figures = new HashMap<>();
    audit.trust().stream()
        .filter(check -> check.check().equals("black-box-linf-5/255"))
        .forEach(check -> figures.putAll(check.figures()));
    List<QueryRow> attacked =
        worst(cascade).stream().filter(r -> !"clean".equals(r.brokenBy())).toList();
    assertThat(figures)
        .containsEntry("queries", (double) attacked.size())
        .containsEntry(
            "broken_without_gradients_only",
            (double)
                attacked.stream().filter(r -> "square-linf margin-1".equals(r.brokenBy())).count());
  }

  @Test
  void numbers_do_not_depend_on_order_early_exit_or_resume() throws IOException {
    Path half = World.copy(cascade, own.resolve("half"));
    for (String file : World.files(half.resolve("cells"))) {
      if (file.startsWith("worst")) {
        Files.delete(half.resolve("cells").resolve(file));
      }
    }
    audit("cascade", half).succeeds();
    Path reversed = own.resolve("reversed");
    audit("cascade", reversed, "--reverse-queries", "--threads", 1).succeeds();
    Path full = own.resolve("full");
    audit("cascade", full, "--no-early-exit").succeeds();
    for (Path other : List.of(half, reversed, full)) {
      assertThat(other.resolve("results.csv"))
          .hasSameBinaryContentAs(cascade.resolve("results.csv"));
    }
    for (Path other : List.of(half, reversed)) {
      List<String> files = new ArrayList<>(World.files(other.resolve("evidence")));
      files.replaceAll(file -> "evidence/" + file);
      files.add("queries.csv.gz");
      for (String file : files) {
        assertThat(other.resolve(file)).hasSameBinaryContentAs(cascade.resolve(file));
      }
    }
  }

  // --- Several budgets --------------------------------------------------------------------------

  private static final String[] BUDGETS = {"4/255", "8/255", "16/255"};

  /** Steps of one length: as the budget grows, they break not much more. */
  private static String budgets(String epsilons, boolean withAblation) {
    return """
        schema: 1
        name: budgets
        metrics: [recall@1]
        worst_cases:
          - epsilons: [%s]
            ablation: %s
            members:
              - {attack: {type: pgd, steps: 3, step_size: 0.5/255}, objectives: [{type: margin}]}
              - {attack: {type: square, queries: 6, rescale: true}, objectives: [{type: margin}]}
        """
        .formatted(epsilons, withAblation);
  }

  private static List<List<QueryRow>> byBudget(Path audit) {
    List<QueryRow> all = worst(audit);
    List<String> cells = all.stream().map(QueryRow::cell).distinct().toList();
    return cells.stream()
        .map(cell -> all.stream().filter(row -> row.cell().equals(cell)).toList())
        .toList();
  }

  @Test
  void a_query_that_is_broken_under_a_budget_is_broken_under_every_larger_one() throws IOException {
    World.write(shared.resolve("budgets.yaml"), budgets("16/255, 4/255, 8/255", false));
    World.write(shared.resolve("budgets-ablation.yaml"), budgets("4/255, 8/255, 16/255", true));
    Path out = own.resolve("budgets");
    audit("budgets", out, "--evidence", "all").succeeds();
    List<List<QueryRow>> budgets = byBudget(out);
    assertThat(budgets).hasSize(BUDGETS.length);
    int takenOver = 0;
    for (int b = 1; b < BUDGETS.length; b++) {
      for (int q = 0; q < QUERIES; q++) {
        QueryRow smaller = budgets.get(b - 1).get(q);
        QueryRow row = budgets.get(b).get(q);
        if (smaller.brokenBy() == null || smaller.brokenBy().equals("clean")) {
          assertThat(row.brokenBy() == null || !row.brokenBy().contains(" at ")).isTrue();
          continue;
        }
        takenOver++;
        String by = smaller.brokenBy();
        assertThat(row.brokenBy())
            .isEqualTo(by.contains(" at ") ? by : by + " at " + BUDGETS[b - 1]);
        assertThat(row.hits().get(1)).isFalse();
        assertThat(List.of(row.rank(), row.perturbationLinf(), row.distanceMoved()))
            .isEqualTo(
                List.of(smaller.rank(), smaller.perturbationLinf(), smaller.distanceMoved()));
        assertThat(row.forwards() + row.backwards() + row.steps()).isZero();
        assertThat(image(out, row)).isEqualTo(image(out, smaller));
      }
    }
    assertThat(takenOver).isGreaterThan(2);
    assertThat(World.text(out.resolve("report.md")))
        .contains("| smaller budgets |")
        .contains("survivors have withstood ")
        .contains(" forward and ")
        .contains(" backward passes (medians of ");
    assertThat(World.text(out.resolve("report.html"))).contains("survivors have withstood ");
    // What goes on behind the smallest budget attacks once more what that has broken.
    Path resumed = World.copy(out, own.resolve("resumed"));
    for (String file : World.files(resumed.resolve("cells"))) {
      if (file.startsWith("worst") && !file.contains("_0.0156863_")) {
        Files.delete(resumed.resolve("cells").resolve(file));
      }
    }
    audit("budgets", resumed, "--evidence", "all").succeeds();
    for (String file : List.of("results.csv", "queries.csv.gz")) {
      assertThat(resumed.resolve(file)).hasSameBinaryContentAs(out.resolve(file));
    }
    for (String file : World.files(out.resolve("evidence"))) {
      assertThat(resumed.resolve("evidence").resolve(file))
          .hasSameBinaryContentAs(out.resolve("evidence").resolve(file));
    }
    Path all = own.resolve("all");
    audit("budgets-ablation", all).succeeds();
    List<List<QueryRow>> ablated = byBudget(all);
    for (int b = 0; b < BUDGETS.length; b++) {
      for (int q = 0; q < QUERIES; q++) {
        QueryRow row = ablated.get(b).get(q);
        assertThat(row.hits()).isEqualTo(budgets.get(b).get(q).hits());
        assertThat(row.rank()).isEqualTo(budgets.get(b).get(q).rank());
        if (row.brokenBy() != null) {
          assertThat(breakers(row)).doesNotHaveDuplicates();
        }
      }
    }
  }

  @Test
  void a_survivor_has_withstood_the_median_of_the_passes_of_survivors() {
    double[] forwards =
        worst(cascade).stream()
            .filter(row -> row.brokenBy() == null)
            .mapToDouble(QueryRow::forwards)
            .sorted()
            .toArray();
    int n = forwards.length;
    assertThat(value(cascade, "survivor-forwards", null))
        .isEqualTo((forwards[(n - 1) / 2] + forwards[n / 2]) / 2);
  }

  private static float[] image(Path audit, QueryRow row) {
    Map<String, NpyArray> arrays =
        NpzReader.read(audit.resolve("evidence").resolve(row.cell() + ".npz"));
    long[] ids = arrays.get("ids").longs();
    float[] images = arrays.get("images").floats();
    int values = images.length / ids.length;
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == row.id()) {
        return Arrays.copyOfRange(images, i * values, (i + 1) * values);
      }
    }
    throw new AssertionError("no image of " + row.id());
  }
}
