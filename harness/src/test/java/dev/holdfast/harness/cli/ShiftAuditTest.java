package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Family;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One corruption of every family on every side, and films. */
@Tag("native")
class ShiftAuditTest {

  private static final List<String> IDS =
      Arrays.stream(Family.values())
          .map(
              f -> Corruption.all().stream().filter(c -> c.family() == f).findFirst().orElseThrow())
          .map(Corruption::id)
          .toList();
  private static final int SIDES = 3;
  private static final int FILMS = 3;

  /** Cells of a second severity, and of a second corruption of a family. */
  private static final int MORE = 3;

  @TempDir private static Path shared;

  private static Path model;
  private static Path data;
  private static Path straight;
  private static Cli first;

  @TempDir private Path own;

  @BeforeAll
  static void audit_once() {
    model = World.model(shared.resolve("model"));
    data = World.images(shared.resolve("pictures"), 4, 6);
    String entry = "  - {ids: [" + String.join(", ", IDS) + "], severities: [3], side: %s}\n";
    World.write(
        shared.resolve("shifts.yaml"),
        "schema: 1\nname: shifts\nmetrics: [recall@1, map-at-r]\ncorruptions:\n"
            + entry.formatted("query")
            + entry.formatted("gallery")
            + entry.formatted("both")
            + "  - {ids: [perspective, shear], severities: [5]}\n"
            + "  - {ids: [shear], severities: [3]}\n"
            + "sequences: [{type: translate}, {type: gaussian-noise}, {type: gaussian-noise, deviation: 0.3}]\n");
    straight = shared.resolve("straight");
    first = audit(straight).succeeds();
  }

  private static Cli audit(Path out, Object... more) {
    return Cli.run(
        Stream.concat(
                Stream.of("audit", "--model", model, "--data", data, "--out", out, "--battery"),
                Stream.concat(Stream.of(shared.resolve("shifts.yaml")), Stream.of(more)))
            .toArray());
  }

  private static List<ResultRow> rows(Kind kind) {
    return AuditFiles.readAudit(straight).rows().stream()
        .filter(row -> row.kind() == kind)
        .toList();
  }

  private static List<QueryRow> queries(String perturbation) {
    try (Stream<QueryRow> rows = AuditFiles.readQueries(straight)) {
      return rows.filter(row -> row.perturbation().equals(perturbation)).toList();
    }
  }

  @Test
  void every_family_is_measured_on_every_side_and_says_its_dialect() {
    List<ResultRow> rows =
        rows(Kind.CORRUPTION).stream().filter(row -> row.severity() != null).toList();
    assertThat(rows).hasSize(2 * (SIDES * IDS.size() + MORE));
    for (ResultRow row : rows) {
      assertThat(row.value()).isBetween(0., 1.);
      assertThat(row.dialect()).matches(".*(hendrycks|holdfast)-32.*");
      assertThat(row.family()).isEqualTo(Corruption.of(row.perturbation()).family().id());
    }
    assertThat(rows).extracting(ResultRow::side).contains("query", "gallery", "both");
    // An image on both sides is corrupted once, so a query still finds images of its class.
    assertThat(AuditFiles.readAudit(straight).trust())
        .filteredOn(t -> t.check().equals("budget"))
        .singleElement()
        .satisfies(t -> assertThat(t.figures()).containsEntry("images_over_budget", 0.));
  }

  @Test
  void means_over_severities_families_and_all_are_means_of_the_rows() {
    List<ResultRow> cells =
        rows(Kind.CORRUPTION).stream()
            .filter(row -> row.severity() != null && row.metric().equals("recall"))
            .toList();
    List<ResultRow> means =
        rows(Kind.AGGREGATE).stream().filter(row -> row.metric().equals("recall")).toList();
    for (ResultRow mean : means) {
      double expected =
          cells.stream()
              .filter(row -> row.side().equals(mean.side()))
              .filter(row -> mean.family() == null || row.family().equals(mean.family()))
              .filter(row -> mean.severity() == null || row.severity().equals(mean.severity()))
              .filter(
                  row ->
                      mean.family() == null
                          || mean.severity() != null
                          || mean.perturbation().equals(row.perturbation() + "-mean"))
              .collect(
                  Collectors.groupingBy(
                      ResultRow::perturbation, Collectors.averagingDouble(ResultRow::value)))
              .values()
              .stream()
              .mapToDouble(Double::doubleValue)
              .average()
              .orElseThrow();
      assertThat(mean.value()).as(mean.perturbation()).isCloseTo(expected, within(1e-12));
      assertThat(mean.ciLow()).isLessThanOrEqualTo(mean.value());
      assertThat(mean.ciHigh()).isGreaterThanOrEqualTo(mean.value());
    }
    // Two corruptions of two severities, two severities of their family, and all on each side.
    assertThat(means).hasSize(2 + 2 + SIDES);
    assertThat(means)
        .filteredOn(row -> row.severity() != null)
        .extracting(ResultRow::perturbation)
        .containsOnly("geometric-mean");
  }

  @Test
  void films_have_flip_rates_of_item_and_class() {
    List<ResultRow> films =
        rows(Kind.CORRUPTION).stream().filter(row -> row.severity() == null).toList();
    assertThat(films).hasSize(2 * FILMS);
    for (ResultRow row : films) {
      assertThat(row.family()).isEqualTo("sequence");
      assertThat(row.metric()).isIn("flip-rate", "class-flip-rate");
      assertThat(row.value()).isBetween(0., 1.);
      assertThat(row.ciLow()).isLessThanOrEqualTo(row.value());
      assertThat(row.ciHigh()).isGreaterThanOrEqualTo(row.value());
      assertThat(row.nQueries()).isEqualTo(24);
      assertThat(row.cleanValue()).isNull();
    }
    assertThat(flips("\"deviation\":0.3", "flip-rate")).isPositive();
    assertThat(flips("\"deviation\":0.3", "flip-rate"))
        .isGreaterThanOrEqualTo(flips("\"deviation\":0.3", "class-flip-rate"));
    assertThat(queries("translate-sequence"))
        .hasSize(24)
        .allSatisfy(query -> assertThat(query.forwards()).isEqualTo(41))
        .allSatisfy(query -> assertThat(query.rank()).isPositive())
        .allSatisfy(query -> assertThat(query.hits()).isEmpty());
    assertThat(first.out()).containsPattern("translate-sequence +flips \\d+\\.\\d %");
    assertThat(World.text(straight.resolve("report.md")))
        .contains("flip-rate", "translate-sequence");
  }

  private static double flips(String setting, String metric) {
    return rows(Kind.CORRUPTION).stream()
        .filter(row -> row.metric().equals(metric) && row.setting().contains(setting))
        .mapToDouble(ResultRow::value)
        .sum();
  }

  @Test
  void numbers_do_not_depend_on_order_or_resume() throws IOException {
    Path half = World.copy(straight, own.resolve("half"));
    List<String> cells =
        World.files(half.resolve("cells")).stream().filter(f -> f.contains("_")).toList();
    assertThat(cells).hasSize(SIDES * IDS.size() + MORE + FILMS);
    for (int i = 0; i < cells.size(); i += 3) {
      Files.delete(half.resolve("cells").resolve(cells.get(i)));
    }
    audit(half, "--reverse-queries").succeeds();
    for (String file : List.of("results.csv", "queries.csv.gz")) {
      assertThat(half.resolve(file)).hasSameBinaryContentAs(straight.resolve(file));
    }
  }

  @Test
  void errors_are_compared_with_a_reference_in_the_run_or_afterwards() {
    Path compared = World.copy(straight, own.resolve("compared"));
    Cli cli = audit(compared, "--reference", straight).succeeds();
    assertThat(cli.out()).contains("mCE 100.0 %");
    // Of a corruption at one severity there is an error against the reference, but no mean.
    assertThat(cli.out().lines().filter(line -> line.contains("-mean")))
        .isNotEmpty()
        .allMatch(line -> line.matches(".*  +\\d+\\.\\d .*"));
    Path rendered = World.copy(straight, own.resolve("rendered"));
    Cli.run("report", rendered, "--reference", straight).succeeds();
    for (Path audit : List.of(compared, rendered)) {
      List<ResultRow> scores =
          AuditFiles.readAudit(audit).rows().stream()
              .filter(row -> row.metric().equals("mce"))
              .toList();
      assertThat(scores).extracting(ResultRow::side).containsExactly("query", "gallery", "both");
      assertThat(scores.get(0).value()).isCloseTo(1, within(1e-12));
      assertThat(World.text(audit.resolve("report.md"))).contains("reference tiny-net (weights ");
    }
    Path out = own.resolve("out");
    audit(out, "--reference", own.resolve("nowhere")).refuses(Holdfast.INPUT, "does not exist");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sequences: [{type: rotat}]|you meant rotate",
        "sequences: [{type: gaussian-noise, deviation: 2}]|The deviation (2.0) of sequence",
        "sequences: [{type: tilt}, {type: tilt}]|be given once",
        "corruptions: [{ids: [fog+fogg]}]|you meant fog",
        "corruptions: [{families: [geometry]}]|you meant geometric"
      })
  void wrong_entries_are_one_message(String entries, String part) {
    Path file = World.write(own.resolve("wrong.yaml"), "schema: 1\nname: wrong\n" + entries + "\n");
    Path out = own.resolve("out");
    Cli.run("audit", "--model", model, "--data", data, "--out", out, "--battery", file)
        .refuses(Holdfast.INPUT, part);
    assertThat(out).doesNotExist();
  }

  @Test
  void lists_tell_of_all_corruptions_and_sequences() {
    String corruptions = Cli.run("list", "corruptions").succeeds().out();
    assertThat(corruptions)
        .contains("rotation", "family=geometric", "defocus-blur+jpeg-compression");
    assertThat(Cli.run("list", "sequences").succeeds().out())
        .contains("gaussian-noise", "frames=30, deviation=0.03", "arXiv:1903.12261");
  }
}
