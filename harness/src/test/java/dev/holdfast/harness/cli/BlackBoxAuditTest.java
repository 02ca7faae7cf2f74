package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class BlackBoxAuditTest {

  private static final String BATTERY =
      """
      schema: 1
      name: black
      metrics: [recall@1, map-at-r]
      attacks:
        - attack: {type: square, queries: 60, rescale: true}
          objectives: [{type: margin}]
          epsilons: [32/255]
        - attack: {type: square, queries: 30}
          objectives: [{type: margin}]
          norm: l2
          epsilons: [4]
          stop: broken
        - attack: {type: nes, steps: 3, samples: 8}
          objectives: [{type: embedding-shift}]
          epsilons: [16/255]
        - attack: {type: spsa, steps: 3, samples: 8}
          objectives: [{type: margin}]
          epsilons: [16/255]
          side: gallery
        - attack: {type: hop-skip-jump, queries: 120, samples: 20, starts: 4}
          objectives: [{type: margin}]
          norm: l2
          epsilons: [6]
      """;

  @TempDir private static Path shared;

  private static Path model;
  private static Path data;
  private static Path straight;

  @TempDir private Path own;

  @BeforeAll
  static void audit_once() {
    model = World.model(shared.resolve("model"));
    data = World.images(shared.resolve("pictures"), 4, 6);
    World.write(shared.resolve("black.yaml"), BATTERY);
    straight = shared.resolve("straight");
    audit(straight).succeeds();
  }

  private static Cli audit(Path out, Object... more) {
    return Cli.run(
        Stream.concat(
                Stream.of("audit", "--model", model, "--data", data, "--out", out, "--battery"),
                Stream.concat(
                    Stream.of(shared.resolve("black.yaml"), "--batch-size", 8), Stream.of(more)))
            .toArray());
  }

  private static List<QueryRow> queries(String perturbation) {
    try (Stream<QueryRow> rows = AuditFiles.readQueries(straight)) {
      return rows.filter(row -> row.perturbation().equals(perturbation)).toList();
    }
  }

  @Test
  void rows_say_what_the_attacker_knows() {
    Audit audit = AuditFiles.readAudit(straight);
    Map<String, List<String>> knowledge =
        audit.rows().stream()
            .filter(row -> row.kind() == Kind.ATTACK)
            .collect(
                Collectors.groupingBy(
                    ResultRow::knowledge,
                    Collectors.mapping(
                        ResultRow::perturbation,
                        Collectors.collectingAndThen(
                            Collectors.toList(), l -> l.stream().distinct().sorted().toList()))));
    assertThat(knowledge)
        .containsOnlyKeys("score-based", "decision-based")
        .containsEntry("score-based", List.of("nes-linf", "spsa-linf", "square-l2", "square-linf"))
        .containsEntry("decision-based", List.of("hop-skip-jump-l2"));
    assertThat(audit.trust())
        .filteredOn(check -> check.check().equals("budget"))
        .allMatch(check -> check.figures().get("images_over_budget") == 0);
    assertThat(audit.provenance().backwards()).isZero();
  }

  @Test
  void every_question_is_counted() {
    // And one pass at the end, for the number that is reported.
    assertThat(queries("square-linf"))
        .hasSize(24)
        .allSatisfy(row -> assertThat(row.forwards()).isEqualTo(60 + 1))
        .allSatisfy(row -> assertThat(row.steps()).isEqualTo(60))
        .allSatisfy(row -> assertThat(row.backwards()).isZero());
    assertThat(queries("square-l2"))
        .allSatisfy(row -> assertThat(row.forwards()).isBetween(1 + 1, 30 + 1))
        .anySatisfy(row -> assertThat(row.forwards()).isLessThan(30 + 1));
    assertThat(queries("nes-linf"))
        .allSatisfy(row -> assertThat(row.forwards()).isEqualTo(3 * 9 + 1))
        .allSatisfy(row -> assertThat(row.steps()).isEqualTo(3));
    assertThat(queries("hop-skip-jump-l2"))
        .allSatisfy(
            row -> assertThat(row.forwards()).isEqualTo(row.rankClean() > 1 ? 1 + 1 : 120 + 1));
  }

  @Test
  void attacks_without_gradients_hurt() {
    Map<String, Double> recall =
        AuditFiles.readAudit(straight).rows().stream()
            .filter(row -> row.metric().equals("recall"))
            .collect(Collectors.toMap(ResultRow::perturbation, ResultRow::value));
    double clean = recall.get("clean");
    assertThat(recall.get("square-linf")).isLessThan(clean - 0.2);
    assertThat(recall.get("square-l2")).isLessThan(clean - 0.1);
    assertThat(recall.get("hop-skip-jump-l2")).isLessThan(clean - 0.1);
  }

  @Test
  void numbers_do_not_depend_on_order_early_exit_or_resume() throws IOException {
    Path half = World.copy(straight, own.resolve("half"));
    List<String> cells =
        World.files(half.resolve("cells")).stream().filter(f -> f.contains("_")).toList();
    assertThat(cells).hasSize(5);
    for (int i = 0; i < 5; i += 2) {
      Files.delete(half.resolve("cells").resolve(cells.get(i)));
    }
    audit(half).succeeds();
    assertThat(half.resolve("queries.csv.gz"))
        .hasSameBinaryContentAs(straight.resolve("queries.csv.gz"));
    Path other = own.resolve("other");
    audit(other, "--reverse-queries", "--no-early-exit", "--threads", 1).succeeds();
    for (Path same : List.of(half, other)) {
      assertThat(same.resolve("results.csv"))
          .hasSameBinaryContentAs(straight.resolve("results.csv"));
    }
  }

  @Test
  void an_attack_by_decisions_needs_a_decision() {
    Path file =
        World.write(
            own.resolve("wrong.yaml"),
            """
            schema: 1
            name: wrong
            attacks:
              - {attack: {type: hop-skip-jump}, norm: l2, epsilons: [1]}
            """);
    Path out = own.resolve("out");
    Cli.run("audit", "--model", model, "--data", data, "--out", out, "--battery", file)
        .refuses(
            Holdfast.INPUT,
            "The objective (embedding-shift) of attack hop-skip-jump must be margin",
            "Maybe write margin with k: 1");
    assertThat(out).doesNotExist();
  }
}
