package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("native")
class EmbeddingAuditTest {

  private static final String BATTERY =
      """
      schema: 1
      name: stored
      metrics: [recall@1, map-at-r]
      embeddings:
        - {attack: {type: boundary-distance}}
        - {attack: {type: embedding-noise, scale: 0}}
        - {attack: {type: embedding-noise, scale: 30}}
        - {attack: {type: embedding-noise, scale: 30}, side: both}
        - {attack: {type: int8-quantization, per: tensor}}
        - {attack: {type: int8-quantization, per: dimension}, side: gallery}
        - {attack: {type: sign-quantization, threshold: mean}}
      """;

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
    World.write(shared.resolve("stored.yaml"), BATTERY);
    straight = shared.resolve("straight");
    first = audit(straight).succeeds();
  }

  private static Cli audit(Path out, Object... more) {
    return Cli.run(
        Stream.concat(
                Stream.of("audit", "--model", model, "--data", data, "--out", out, "--battery"),
                Stream.concat(Stream.of(shared.resolve("stored.yaml")), Stream.of(more)))
            .toArray());
  }

  private static List<ResultRow> rows(String perturbation) {
    return AuditFiles.readAudit(straight).rows().stream()
        .filter(row -> row.perturbation().equals(perturbation))
        .toList();
  }

  private static double recall(String perturbation, String side) {
    return rows(perturbation).stream()
        .filter(row -> row.metric().equals("recall"))
        .filter(row -> side.equals(String.valueOf(row.side())))
        .mapToDouble(ResultRow::value)
        .findFirst()
        .orElseThrow();
  }

  private static List<QueryRow> queries(String perturbation) {
    try (Stream<QueryRow> rows = AuditFiles.readQueries(straight)) {
      return rows.filter(row -> row.perturbation().equals(perturbation)).toList();
    }
  }

  @Test
  void rows_are_attacks_of_the_family_embedding_without_a_pixel_budget() {
    Audit audit = AuditFiles.readAudit(straight);
    List<ResultRow> attacks =
        audit.rows().stream().filter(row -> row.kind() == Kind.ATTACK).toList();
    assertThat(attacks).hasSize(2 * 7);
    for (ResultRow row : attacks) {
      assertThat(row.family()).isEqualTo("embedding");
      assertThat(row.norm()).isNull();
      assertThat(row.epsilon()).isNull();
      assertThat(row.threatHash()).isNull();
      assertThat(row.setting()).startsWith("{\"embedding\":{").contains("\"type\":");
      assertThat(row.ciLow()).isLessThanOrEqualTo(row.value());
      assertThat(row.ciHigh()).isGreaterThanOrEqualTo(row.value());
      assertThat(row.nQueries()).isEqualTo(24);
    }
    assertThat(audit.threatModels()).isEmpty();
    // The gallery once, and nothing after it.
    assertThat(audit.provenance().forwards()).isEqualTo(24);
  }

  @Test
  void the_distance_to_another_class_is_told_for_every_query_and_on_average() {
    List<QueryRow> queries = queries("boundary-distance");
    double sum = 0;
    for (QueryRow query : queries) {
      assertThat(query.distanceMoved() > 0).isEqualTo(query.rankClean() == 1);
      assertThat(query.rank()).isGreaterThan(1);
      assertThat(query.hits()).isEmpty();
      assertThat(query.forwards()).isZero();
      sum += query.distanceMoved();
    }
    List<ResultRow> rows = rows("boundary-distance");
    assertThat(rows)
        .extracting(ResultRow::metric)
        .containsExactly("boundary-distance", "boundary-distance-relative");
    assertThat(rows.get(0).value()).isCloseTo(sum / queries.size(), within(1e-12)).isPositive();
    // Both rows have the mean over the queries; their ratio is the distance to the neighbors.
    assertThat(rows.get(1).value()).isBetween(0.1, 10.0).isGreaterThan(rows.get(0).value());
    assertThat(first.out()).contains("boundary-distance").contains("length 0.");
  }

  @Test
  void noise_hurts_by_its_scale_and_8_bits_hardly_at_all() {
    double clean = recall("clean", "null");
    assertThat(recall("embedding-noise-0", "query")).isEqualTo(clean);
    assertThat(recall("embedding-noise-30", "query")).isLessThan(clean - 0.2);
    assertThat(recall("embedding-noise-30", "both")).isLessThan(clean - 0.2);
    assertThat(recall("int8-quantization-tensor", "both")).isCloseTo(clean, within(0.1));
    assertThat(recall("int8-quantization-dimension", "gallery")).isCloseTo(clean, within(0.1));
    assertThat(recall("sign-quantization-mean", "both")).isBetween(0.01, clean + 0.1);
    assertThat(queries("int8-quantization-tensor"))
        .allSatisfy(query -> assertThat(query.distanceMoved()).isBetween(1e-6, 0.02));
    assertThat(queries("sign-quantization-mean"))
        .allSatisfy(query -> assertThat(query.distanceMoved()).isNaN());
  }

  @Test
  void reports_show_it_and_the_headline_is_about_images() throws IOException {
    assertThat(World.text(straight.resolve("report.md")))
        .contains("embedding-noise-30", "sign-quantization-mean", "boundary-distance")
        .contains("There is no attack on images in this battery.");
    assertThat(World.text(straight.resolve("report.html"))).contains("int8-quantization-tensor");
    assertThat(first.out()).contains("embedding-noise-30 on both");
  }

  @Test
  void numbers_do_not_depend_on_order_threads_or_resume() throws IOException {
    Path half = World.copy(straight, own.resolve("half"));
    List<String> cells =
        World.files(half.resolve("cells")).stream().filter(f -> f.contains("_")).toList();
    assertThat(cells).hasSize(7);
    for (int i = 0; i < 7; i += 2) {
      Files.delete(half.resolve("cells").resolve(cells.get(i)));
    }
    audit(half).succeeds();
    audit(own.resolve("reversed"), "--reverse-queries", "--no-early-exit").succeeds();
    for (Path other : List.of(half, own.resolve("reversed"))) {
      for (String file : List.of("results.csv", "queries.csv.gz")) {
        assertThat(other.resolve(file)).hasSameBinaryContentAs(straight.resolve(file));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{attack: {type: int4}}|int4",
        "{side: query}|The attack (missing) of an entry under embeddings",
        "{attack: {type: sign-quantization}, side: query}|The side (query) of embedding attack"
            + " sign-quantization must be one of both",
        "{attack: {type: embedding-noise, scale: -1}}|The scale (-1.0)",
        "{attack: {type: embedding-noise, sigma: 1}}|sigma",
        "{attack: {type: boundary-distance}}, {attack: {type: boundary-distance}}|be given once"
      })
  void wrong_entries_are_one_message(String entries, String part) {
    Path file =
        World.write(
            own.resolve("wrong.yaml"), "schema: 1\nname: wrong\nembeddings: [" + entries + "]\n");
    Path out = own.resolve("out");
    Cli.run("audit", "--model", model, "--data", data, "--out", out, "--battery", file)
        .refuses(Holdfast.INPUT, part);
    assertThat(out).doesNotExist();
  }
}
