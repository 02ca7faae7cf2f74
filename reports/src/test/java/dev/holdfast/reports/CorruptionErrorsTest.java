package dev.holdfast.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.reports.reference.ReferenceModel;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.DataInfo;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ModelInfo;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorruptionErrorsTest {

  /** Counts are in tenths of the queries. */
  private static final int TENTH = 20;

  private static final int QUERIES = 10 * TENTH;

  @TempDir private Path folder;

  private Path mine;
  private Path others;

  /**
   * A corruption, and how many tenths of the queries, from the first on, still find their class.
   */
  private record Measured(String corruption, String family, int severity, int hits) {}

  @BeforeEach
  void two_audits() throws IOException {
    mine = write("mine", "fingerprint", "hendrycks-64", 100, 9, mine());
    others = write("others", "fingerprint", "hendrycks-64", 100, 8, others());
  }

  private static List<Measured> mine() {
    return List.of(
        new Measured("gaussian-noise", "noise", 1, 7),
        new Measured("gaussian-noise", "noise", 2, 5),
        new Measured("fog", "weather", 1, 6),
        new Measured("saturate", "extra", 1, 8));
  }

  private static List<Measured> others() {
    return List.of(
        new Measured("gaussian-noise", "noise", 1, 5),
        new Measured("gaussian-noise", "noise", 2, 3),
        new Measured("fog", "weather", 1, 9),
        new Measured("saturate", "extra", 1, 4));
  }

  private Path write(
      String name,
      String fingerprint,
      String dialect,
      long firstId,
      int clean,
      List<Measured> measured)
      throws IOException {
    Path directory = Files.createDirectories(folder.resolve(name));
    List<ResultRow> rows = new ArrayList<>();
    List<QueryRow> queries = new ArrayList<>(queries("clean", "clean", firstId, clean));
    rows.add(row(name, Kind.CLEAN, "clean", null, null, null, null, "recall", 1, clean));
    rows.add(row(name, Kind.CLEAN, "clean", null, null, null, null, "map-at-r", null, clean - 1));
    for (Measured m : measured) {
      String cell = m.corruption() + "_" + m.severity() + "_" + dialect + "_query";
      queries.addAll(queries(cell, m.corruption(), firstId, m.hits()));
      rows.add(row(name, m, dialect, "recall", 1, m.hits()));
      rows.add(row(name, m, dialect, "map-at-r", null, m.hits() - 1));
    }
    Audit like = Audits.small();
    DataInfo data = like.data();
    AuditFiles.writeAudit(
        directory,
        new Audit(
            like.schemaVersion(),
            new ModelInfo(name, name + "-hash", Map.of()),
            new DataInfo(
                data.name(),
                data.part(),
                fingerprint,
                data.protocol(),
                data.draws(),
                data.items(),
                data.classes(),
                QUERIES,
                data.gallery(),
                0,
                List.of(),
                List.of()),
            "battery-of-" + name,
            List.of(),
            rows,
            List.of(),
            like.provenance()));
    AuditFiles.writeShown(directory, List.of());
    AuditFiles.writeQueries(directory, queries.stream());
    return directory;
  }

  private static List<QueryRow> queries(String cell, String perturbation, long firstId, int hits) {
    return IntStream.range(0, QUERIES)
        .mapToObj(
            q ->
                new QueryRow(
                    cell,
                    perturbation,
                    firstId + q,
                    "p",
                    "class",
                    1,
                    1,
                    Map.of(1, q < hits * TENTH),
                    0,
                    0,
                    0,
                    0,
                    1,
                    0,
                    0,
                    null))
        .toList();
  }

  private static ResultRow row(
      String model, Measured m, String dialect, String metric, Integer k, int hits) {
    return row(
        model,
        Kind.CORRUPTION,
        m.corruption(),
        m.family(),
        m.severity(),
        "query",
        dialect,
        metric,
        k,
        hits);
  }

  private static ResultRow row(
      String model,
      Kind kind,
      String perturbation,
      String family,
      Integer severity,
      String side,
      String dialect,
      String metric,
      Integer k,
      int hits) {
    double value = hits / 10.;
    return new ResultRow(
        model,
        "data",
        kind,
        perturbation,
        family,
        null,
        null,
        null,
        null,
        severity,
        side,
        null,
        null,
        metric,
        k,
        value,
        0,
        1,
        QUERIES,
        null,
        null,
        7,
        "{}",
        dialect,
        null,
        null);
  }

  private ResultRow score(String perturbation, String metric) {
    return AuditFiles.readAudit(mine).rows().stream()
        .filter(row -> row.perturbation().equals(perturbation) && row.metric().equals(metric))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void errors_are_summed_over_severities_and_divided_by_those_of_the_reference() {
    CorruptionErrors.add(mine, others);
    assertThat(score("gaussian-noise-mean", "ce").value()).isCloseTo(8 / 12., within(1e-12));
    assertThat(score("saturate-mean", "ce").value()).isCloseTo(2 / 6., within(1e-12));
    assertThat(score("fog-mean", "ce").value()).isCloseTo(4, within(1e-12));
    // What corruption adds to an error of 1 in 10, and to one of 2 in 10.
    assertThat(score("gaussian-noise-mean", "relative-ce").value())
        .isCloseTo((8 - 2) / (12. - 4), within(1e-12));
    // Its own clean errors: 2 and 3 of 10.
    assertThat(score("gaussian-noise-mean", "ce-map-at-r").value())
        .isCloseTo(10 / 14., within(1e-12));
    assertThat(score("gaussian-noise-mean", "relative-ce-map-at-r").value())
        .isCloseTo((10 - 4) / (14. - 6), within(1e-12));
  }

  @Test
  void the_mean_is_over_the_families_of_imagenet_c_and_is_nothing_where_a_term_is() {
    CorruptionErrors.add(mine, others);
    assertThat(score("imagenet-c", "mce").value()).isCloseTo((8 / 12. + 4) / 2, within(1e-12));
    assertThat(score("imagenet-c", "mce").setting()).contains("\"corruptions\":2");
    // Fog makes the reference better, so it adds nothing that could be a unit.
    assertThat(score("fog-mean", "relative-ce").value()).isNaN();
    assertThat(score("imagenet-c", "relative-mce").value()).isNaN();
    assertThat(score("imagenet-c", "relative-mce").ciLow()).isNaN();
  }

  @Test
  void a_model_is_as_robust_as_itself_with_certainty() throws IOException {
    Path same = write("same", "fingerprint", "hendrycks-64", 100, 9, mine());
    CorruptionErrors.add(mine, same);
    for (String metric : List.of("mce", "relative-mce")) {
      ResultRow row = score("imagenet-c", metric);
      assertThat(List.of(row.value(), row.ciLow(), row.ciHigh()))
          .allSatisfy(v -> assertThat(v).isCloseTo(1, within(1e-12)));
    }
  }

  @Test
  void intervals_hold_the_value_and_are_known_of_recall_alone() {
    CorruptionErrors.add(mine, others);
    ResultRow row = score("gaussian-noise-mean", "ce");
    assertThat(row.ciLow()).isLessThan(row.value()).isPositive();
    assertThat(row.ciHigh()).isGreaterThan(row.value()).isLessThan(1.1);
    assertThat(score("gaussian-noise-mean", "ce-map-at-r").ciLow()).isNaN();
  }

  @Test
  void names_and_hashes_the_reference_in_every_row_and_in_the_report() throws IOException {
    CorruptionErrors.add(mine, others);
    CorruptionErrors.add(mine, others);
    Audit audit = AuditFiles.readAudit(mine);
    List<ResultRow> scores = audit.rows().stream().filter(ReferenceModel::isScore).toList();
    // Three corruptions and their mean, two scores, two metrics, and no second time.
    assertThat(scores).hasSize(4 * 2 * 2);
    assertThat(scores)
        .allSatisfy(
            row ->
                assertThat(row.setting())
                    .contains("\"name\":\"others\"", "\"sha256\":\"others-hash\"")
                    .contains("\"battery\":\"battery-of-others\""));
    assertThat(ReferenceModel.in(audit).orElseThrow())
        .isEqualTo(ReferenceModel.of(AuditFiles.readAudit(others)));
    for (String file : List.of(AuditFiles.HTML, AuditFiles.MARKDOWN)) {
      assertThat(Files.readString(mine.resolve(file))).contains("others-hash", "relative mCE");
    }
    assertThat(ReferenceModel.in(Audits.small())).isEmpty();
  }

  @Test
  void refuses_what_cannot_be_compared_and_leaves_the_audit_alone() throws IOException {
    byte[] before = Files.readAllBytes(mine.resolve(AuditFiles.AUDIT));
    refuses(write("a", "other", "hendrycks-64", 100, 8, others()), "be of the same data");
    refuses(write("b", "fingerprint", "hendrycks-224", 100, 8, others()), "hendrycks-224");
    refuses(write("c", "fingerprint", "hendrycks-64", 101, 8, others()), "the same queries");
    refuses(
        write("d", "fingerprint", "hendrycks-64", 100, 8, others().subList(0, 3)),
        "have recall of saturate at severity 1");
    refuses(write("e", "fingerprint", "hendrycks-64", 100, 8, List.of()), "have corruptions");
    refuses(folder.resolve("nowhere"), "does not exist");
    assertThat(Files.readAllBytes(mine.resolve(AuditFiles.AUDIT))).isEqualTo(before);
  }

  private void refuses(Path reference, String why) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> CorruptionErrors.add(mine, reference))
        .withMessageContaining(why);
  }

  @Test
  void a_page_shows_the_heat_of_every_corruption() throws IOException {
    CorruptionErrors.add(mine, others);
    String page = Files.readString(mine.resolve(AuditFiles.HTML));
    assertThat(page)
        .contains("Corruptions at a glance", "--loss:")
        .contains("<th scope=\"row\">gaussian-noise</th>")
        .contains(">66.7</td>");
    assertThat(Stream.of("noise", "weather", "extra"))
        .allSatisfy(f -> assertThat(page).contains(f));
  }
}
