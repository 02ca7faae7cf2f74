package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.harness.config.Battery;
import dev.holdfast.metrics.robustness.Ers;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.table.Metric;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("native")
class RobRankAuditTest {

  private static final int QUERIES = 9;

  @TempDir private static Path shared;

  private static Path straight;
  private static List<ResultRow> rows;
  private static String printed;

  @BeforeAll
  static void audit_once() throws Exception {
    World.model(shared.resolve("model"));
    World.images(shared.resolve("pictures"), 4, 5);
    // The battery itself, with fewer steps.
    try (var in =
        Battery.class.getResourceAsStream("/dev/holdfast/harness/batteries/robrank-compat.yaml")) {
      String text = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(text).contains("steps: 32").contains("limit_queries: 1000");
      World.write(
          shared.resolve("few.yaml"),
          text.replace("steps: 32", "steps: 3").replace("1000", Integer.toString(QUERIES)));
    }
    straight = shared.resolve("straight");
    printed = audit(straight).succeeds().out();
    rows = AuditFiles.readAudit(straight).rows();
  }

  private static Cli audit(Path out, Object... more) {
    return Cli.run(
        Stream.concat(
                Stream.of("audit", "--model", shared.resolve("model"), "--out", out, "--data"),
                Stream.concat(
                    Stream.of(
                        shared.resolve("pictures"),
                        "--battery",
                        shared.resolve("few.yaml"),
                        "--allow-unreliable"),
                    Stream.of(more)))
            .toArray());
  }

  private static ResultRow row(String objective, String metric) {
    return rows.stream()
        .filter(r -> objective.equals(r.objective()) && metric.equals(r.metric()))
        .filter(r -> r.k() == null || !metric.equals("recall") || r.k() == 1)
        .findFirst()
        .orElseThrow(() -> new AssertionError(objective + " has no " + metric));
  }

  private static double value(String objective, String metric) {
    return row(objective, metric).value();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-robrank"})
  void both_scores_come_from_the_numbers_of_their_rows(String form) {
    double expected =
        new Ers(
                100 * value("ca-plus" + form, "candidate-rank"),
                100 * value("ca-minus" + form, "candidate-rank"),
                100 * value("qa-plus" + form, "candidate-rank"),
                100 * value("qa-minus" + form, "candidate-rank"),
                value("tma" + form, "target-cosine"),
                value("embedding-shift" + form, "shift"),
                100 * value("embedding-shift" + form, "recall"),
                100 * value("ltm" + form, "recall"),
                100 * value("gtm" + form, "recall"),
                100 * value("gtt" + form, "kept"))
            .value();
    String label = form.isEmpty() ? "ers-corrected" : "ers" + form;
    List<ResultRow> scores = rows.stream().filter(r -> r.perturbation().equals(label)).toList();
    assertThat(scores).hasSize(1);
    ResultRow score = scores.get(0);
    assertThat(score.kind()).isEqualTo(Kind.AGGREGATE);
    assertThat(score.metric()).isEqualTo("ers");
    assertThat(score.value()).isCloseTo(expected, within(1e-9));
    assertThat(score.ciLow()).isLessThan(score.value());
    assertThat(score.ciHigh()).isGreaterThan(score.value());
    assertThat(score.nQueries()).isEqualTo(QUERIES);
    String shown = "at linf 8/255";
    assertThat(World.text(straight.resolve("report.md"))).contains(label + " " + shown);
    assertThat(World.text(straight.resolve("report.html"))).contains(label + " " + shown);
    assertThat(printed).containsPattern(label + " +ERS -?\\d");
    assertThat(printed).containsPattern("ca-plus" + form + " 8/255 on gallery +rank \\d");
  }

  @Test
  void no_share_is_known_for_sure_from_a_few_queries() {
    assertThat(rows)
        .filteredOn(row -> Metric.of(row).isFraction())
        .hasSizeGreaterThan(60)
        .allSatisfy(
            row -> {
              assertThat(row.ciHigh() - row.ciLow()).isGreaterThan(0.01);
              assertThat(row.value()).isBetween(row.ciLow(), row.ciHigh());
            });
  }

  @Test
  void attacks_move_what_they_aim_at_and_rows_say_where_it_was() {
    for (String form : List.of("", "-robrank")) {
      for (String up : List.of("ca-plus", "qa-plus")) {
        ResultRow raised = row(up + form, "candidate-rank");
        assertThat(raised.value()).as(up + form).isLessThan(raised.cleanValue());
        assertThat(raised.relative())
            .isCloseTo(raised.value() / raised.cleanValue(), within(1e-12));
      }
      for (String down : List.of("ca-minus", "qa-minus")) {
        ResultRow lowered = row(down + form, "candidate-rank");
        assertThat(lowered.value()).as(down + form).isGreaterThan(lowered.cleanValue());
      }
      assertThat(row("tma" + form, "target-cosine").value())
          .isGreaterThan(row("tma" + form, "target-cosine").cleanValue());
      assertThat(row("embedding-shift" + form, "shift").cleanValue()).isZero();
      assertThat(row("gtt" + form, "kept").cleanValue()).isEqualTo(1);
      assertThat(row("gtt" + form, "kept").k()).isEqualTo(4);
    }
  }

  @Test
  void what_robrank_reports_of_the_shift_is_one_step_old() {
    assertThat(value("embedding-shift-robrank", "shift"))
        .isPositive()
        .isLessThan(value("embedding-shift", "shift"));
  }

  @Test
  void a_candidate_is_attacked_alone_so_nothing_is_said_of_recall() {
    assertThat(rows.stream().filter(r -> "gallery".equals(r.side())))
        .hasSize(4)
        .allSatisfy(
            r -> {
              assertThat(r.metric()).isEqualTo("candidate-rank");
              assertThat(r.nQueries()).isEqualTo(QUERIES);
            });
    try (Stream<QueryRow> queries = AuditFiles.readQueries(straight)) {
      List<QueryRow> candidates = queries.filter(q -> q.cell().contains("_ca-plus")).toList();
      assertThat(candidates).hasSize(2 * QUERIES);
      assertThat(candidates)
          .allSatisfy(
              q -> {
                assertThat(q.rank()).isNull();
                assertThat(q.hits()).isEmpty();
                // One that stands where it should has no gradient, and stops.
                assertThat(q.steps()).isBetween(1, 3);
                assertThat(q.backwards()).isEqualTo(q.steps());
              });
      assertThat(candidates).anySatisfy(q -> assertThat(q.steps()).isEqualTo(3));
    }
  }

  @Test
  void the_order_of_queries_and_early_exit_change_nothing(@TempDir Path own) {
    audit(own, "--reverse-queries", "--no-early-exit").succeeds();
    assertThat(World.text(own.resolve("results.csv")))
        .isEqualTo(World.text(straight.resolve("results.csv")));
  }
}
