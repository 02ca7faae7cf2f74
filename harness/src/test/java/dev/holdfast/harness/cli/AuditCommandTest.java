package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("native")
class AuditCommandTest {

  private static final int CLASSES = 4;
  private static final int EACH = 6;
  private static final int QUERIES = CLASSES * EACH;

  @TempDir private static Path shared;

  private static Path model;
  private static Path data;
  private static Path battery;
  private static Path straight;
  private static Cli first;

  @TempDir private Path own;

  @BeforeAll
  static void audit_once() {
    model = World.model(shared.resolve("model"));
    data = World.images(shared.resolve("pictures"), CLASSES, EACH);
    battery = World.battery(shared.resolve("tiny.yaml"));
    straight = shared.resolve("straight");
    first = audit(straight).succeeds();
  }

  private static Cli audit(Path out, Object... more) {
    List<Object> words =
        new ArrayList<>(
            List.of("audit", "--model", model, "--data", data, "--out", out, "--batch-size", 8));
    List<Object> added = List.of(more);
    if (!added.contains("--battery")) {
      words.addAll(List.of("--battery", battery));
    }
    words.addAll(added);
    return Cli.run(words.toArray());
  }

  private static List<CSVRecord> csv(Path audit) {
    try (CSVParser parser =
        CSVParser.parse(
            audit.resolve("results.csv"),
            StandardCharsets.UTF_8,
            CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get())) {
      return parser.getRecords();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void same(Path a, Path b, String... files) {
    for (String file : files) {
      assertThat(b.resolve(file)).as(file).hasSameBinaryContentAs(a.resolve(file));
    }
  }

  /** Everything but the times is the same. */
  private static void sameAudit(Path a, Path b) {
    same(a, b, "results.csv", "report.md", "queries.csv.gz", "evidence/index.json");
    assertThat(World.auditWithoutRun(b)).isEqualTo(World.auditWithoutRun(a));
    assertThat(World.files(b)).isEqualTo(World.files(a));
    for (String file : World.files(a)) {
      if (file.startsWith("evidence/") || file.startsWith("cells/")) {
        same(a, b, file);
      }
    }
  }

  @Test
  void leaves_the_files_that_it_promises() {
    assertThat(World.files(straight))
        .contains(
            "audit.json",
            "results.csv",
            "report.md",
            "report.html",
            "queries.csv.gz",
            "run.json",
            "evidence/gallery.npz",
            "evidence/index.json",
            "evidence/shown/index.json")
        .noneMatch(f -> f.endsWith(".tmp"));
    // Each perturbation, the clean queries, the gallery, and what was probed before, without
    // gradients, with more steps, and after.
    assertThat(World.files(straight.resolve("cells"))).hasSize(World.CELLS + 6);
  }

  @Test
  void prints_a_summary_with_every_perturbation_and_the_report() {
    assertThat(first.out())
        .contains("24 queries against 24 images", "R@1 %", "MAP@R %")
        .contains("clean", "fgsm-linf embedding-shift 4/255", "pgd-linf single-target 8/255")
        .contains("pgd-l2 embedding-shift 0.5", "gaussian-noise 5", "corruptions-mean")
        .contains("Report: " + straight.resolve("report.html"));
    assertThat(first.err()).doesNotContain("WARN");
  }

  @Test
  void two_settings_of_one_attack_are_two_lines_of_the_summary() {
    Path twice =
        World.write(
            own.resolve("twice.yaml"),
            """
            schema: 1
            name: twice
            attacks:
              - {attack: {type: pgd, steps: 1}, epsilons: [8/255]}
              - {attack: {type: pgd, steps: 2}, epsilons: [8/255]}
            """);
    Cli cli = audit(own.resolve("out"), "--battery", twice, "--limit-queries", 4).succeeds();
    assertThat(cli.out().lines().filter(l -> l.startsWith("pgd-linf embedding-shift 8/255")))
        .hasSize(2)
        .anyMatch(l -> l.contains("(steps 1)"))
        .anyMatch(l -> l.contains("(steps 2)"));
  }

  /** Leaves out what objectives report of themselves. */
  private static List<CSVRecord> ofMetrics(List<CSVRecord> rows) {
    return rows.stream()
        .filter(row -> List.of("recall", "map-at-r").contains(row.get("metric")))
        .toList();
  }

  @Test
  void results_have_one_row_for_each_perturbation_and_metric() {
    List<CSVRecord> rows = ofMetrics(csv(straight));
    // Two corruptions have a mean over severities each, and one over both.
    assertThat(rows).hasSize((1 + World.CELLS + 2 + 1) * World.METRICS);
    assertThat(rows.get(0).getParser().getHeaderNames())
        .startsWith("model", "dataset", "kind", "perturbation", "family", "objective", "norm")
        .contains("epsilon", "epsilon_255", "severity", "side", "knowledge", "steps", "metric", "k")
        .contains("value", "ci_low", "ci_high", "n_queries", "clean_value", "relative", "seed")
        .endsWith("setting", "dialect", "threat_hash", "draw_sd");
    for (CSVRecord row : rows) {
      double value = Double.parseDouble(row.get("value"));
      assertThat(value).isBetween(0.0, 1.0);
      assertThat(Double.parseDouble(row.get("ci_low"))).isLessThanOrEqualTo(value);
      assertThat(Double.parseDouble(row.get("ci_high"))).isGreaterThanOrEqualTo(value);
      assertThat(row.get("n_queries")).isEqualTo(Integer.toString(QUERIES));
      assertThat(row.get("model")).isEqualTo("tiny-net");
      assertThat(row.get("dataset")).isEqualTo("pictures");
    }
    assertThat(
            rows.stream().collect(Collectors.groupingBy(r -> r.get("kind"), Collectors.counting())))
        .isEqualTo(Map.of("clean", 3L, "attack", 12L, "corruption", 12L, "aggregate", 9L));
    assertThat(rows)
        .filteredOn(r -> r.get("norm").equals("l2"))
        .hasSize(3)
        .allMatch(r -> r.get("epsilon_255").isEmpty());
    assertThat(rows)
        .filteredOn(r -> r.get("norm").equals("linf"))
        .hasSize(9)
        .noneMatch(r -> r.get("epsilon_255").isEmpty());
  }

  @Test
  void the_attacked_model_is_worse_than_the_clean_one() {
    assertThat(value(csv(straight), "clean", "recall", "1")).isGreaterThan(0.5);
    double attacked =
        csv(straight).stream()
            .filter(r -> r.get("objective").equals("embedding-shift"))
            .filter(r -> r.get("perturbation").equals("pgd-linf"))
            .filter(r -> r.get("metric").equals("map-at-r"))
            .mapToDouble(r -> Double.parseDouble(r.get("value")))
            .min()
            .orElseThrow();
    assertThat(attacked).isLessThan(value(csv(straight), "clean", "map-at-r", ""));
  }

  private static double value(List<CSVRecord> rows, String perturbation, String metric, String k) {
    return rows.stream()
        .filter(r -> r.get("perturbation").equals(perturbation))
        .filter(r -> r.get("metric").equals(metric) && r.get("k").equals(k))
        .mapToDouble(r -> Double.parseDouble(r.get("value")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_audit_reads_back() {
    Audit audit = AuditFiles.readAudit(straight);
    assertThat(audit.data().queries()).isEqualTo(QUERIES);
    assertThat(audit.data().gallery()).isEqualTo(QUERIES);
    assertThat(audit.data().excludedQueries()).isZero();
    assertThat(audit.rows()).hasSize(csv(straight).size());
    assertThat(audit.trust())
        .extracting(t -> t.check())
        .contains("deterministic", "batch-independent", "gradient", "spread", "budget", "finite");
    assertThat(audit.provenance().forwards()).isPositive();
    assertThat(audit.provenance().backwards()).isPositive();
  }

  @Test
  void the_counts_of_passes_are_the_sums_over_the_queries() throws IOException {
    long forwards = 0;
    long backwards = 0;
    try (Stream<QueryRow> rows = AuditFiles.readQueries(straight)) {
      for (QueryRow row : rows.toList()) {
        forwards += row.forwards();
        backwards += row.backwards();
      }
    }
    Audit audit = AuditFiles.readAudit(straight);
    assertThat(audit.provenance().forwards()).isEqualTo(forwards);
    assertThat(audit.provenance().backwards()).isEqualTo(backwards);
  }

  @Test
  void tells_of_every_query_in_every_cell() {
    try (Stream<QueryRow> rows = AuditFiles.readQueries(straight)) {
      Map<String, Long> perCell =
          rows.collect(Collectors.groupingBy(QueryRow::cell, Collectors.counting()));
      assertThat(perCell).hasSize(1 + World.CELLS).containsKey("clean");
      assertThat(perCell.values()).containsOnly((long) QUERIES);
    }
  }

  @Test
  void the_mean_of_the_hits_is_the_number_of_the_table() {
    try (Stream<QueryRow> rows = AuditFiles.readQueries(straight)) {
      double mean =
          rows.filter(r -> r.cell().equals("clean"))
              .mapToDouble(r -> r.hits().get(1) ? 1 : 0)
              .average()
              .orElseThrow();
      assertThat(mean).isEqualTo(value(csv(straight), "clean", "recall", "1"));
    }
  }

  @Test
  void evidence_has_the_hashes_of_its_index() throws Exception {
    JsonNode index = new JsonMapper().readTree(World.text(straight.resolve("evidence/index.json")));
    List<String> indexed = new ArrayList<>();
    index.forEach(entry -> indexed.add(entry.get("file").asString()));
    // Everything that lies there but the two lists themselves.
    assertThat(indexed)
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(5)
        .containsExactlyInAnyOrderElementsOf(
            World.files(straight.resolve("evidence")).stream()
                .filter(f -> !f.endsWith("index.json"))
                .toList());
    for (JsonNode entry : index) {
      byte[] content =
          World.bytes(straight.resolve("evidence").resolve(entry.get("file").stringValue()));
      String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
      assertThat(entry.get("sha256").stringValue()).isEqualTo(hash);
    }
  }

  @Test
  void an_audit_that_lost_half_of_its_cells_ends_as_if_it_had_not() throws IOException {
    Path half = World.copy(straight, own.resolve("half"));
    List<String> cells =
        World.files(half.resolve("cells")).stream().filter(f -> f.contains("_")).toList();
    assertThat(cells).hasSize(World.CELLS);
    for (int i = 0; i < cells.size(); i += 2) {
      Files.delete(half.resolve("cells").resolve(cells.get(i)));
    }
    for (String file : List.of("audit.json", "results.csv", "report.md", "report.html")) {
      Files.delete(half.resolve(file));
    }
    Cli cli = audit(half).succeeds();
    assertThat(cli.err()).contains("finished cells were found");
    sameAudit(straight, half);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cell", "gallery", "evidence", "probe", "clean", "picture"})
  void what_is_damaged_is_made_again(String what) throws IOException {
    Path damaged = World.copy(straight, own.resolve("damaged"));
    List<String> cells = World.files(damaged.resolve("cells"));
    String pgd = cells.stream().filter(c -> c.startsWith("pgd-linf")).findFirst().orElseThrow();
    Path victim =
        switch (what) {
          case "cell" -> damaged.resolve("cells").resolve(pgd);
          case "gallery" -> damaged.resolve("evidence/gallery.npz");
          case "evidence" -> damaged.resolve("evidence").resolve(pgd.replace(".json", ".npz"));
          case "picture" ->
              damaged
                  .resolve("evidence/shown")
                  .resolve(
                      World.files(damaged.resolve("evidence/shown")).stream()
                          .filter(f -> f.endsWith("-perturbed.png"))
                          .findFirst()
                          .orElseThrow());
          default -> damaged.resolve("cells").resolve(what + ".json");
        };
    byte[] bytes = World.bytes(victim);
    if (List.of("gallery", "evidence", "picture").contains(what)) {
      // One bit of a value: the file is still there, and most of it can be read.
      bytes[bytes.length / 2] ^= 1;
      Files.write(victim, bytes);
    } else {
      Files.write(victim, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    }
    audit(damaged).succeeds();
    sameAudit(straight, damaged);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--reverse-queries", "--no-early-exit"})
  void numbers_do_not_depend_on(String option) {
    Path other = own.resolve("other");
    audit(other, option).succeeds();
    same(straight, other, "results.csv");
  }

  @Test
  void broken_queries_may_leave_and_only_their_recall_is_then_reported() {
    Path battery =
        World.write(
            own.resolve("stop.yaml"),
            """
            schema: 1
            name: stop
            metrics: [recall@1, recall@2, map-at-r]
            attacks:
              - attack: {type: pgd, steps: 6}
                objectives: [{type: margin, k: 1}, {type: margin, k: 2}, {type: embedding-shift}]
                epsilons: [4/255]
                stop: broken
              - attack: {type: pgd, steps: 6}
                objectives: [{type: margin, k: 1}]
                epsilons: [4/255]
            """);
    Path early = own.resolve("early");
    audit(early, "--battery", battery).succeeds();
    List<CSVRecord> rows = csv(early);
    assertThat(rows)
        .filteredOn(r -> r.get("kind").equals("attack"))
        .extracting(r -> r.get("objective") + " " + r.get("metric") + " " + r.get("k"))
        .containsExactly(
            "margin-1 recall 1",
            "margin-2 recall 2",
            "embedding-shift recall 1",
            "margin-1 recall 1",
            "margin-1 recall 2",
            "margin-1 map-at-r ");
    for (String option : new String[] {"--reverse-queries", "--no-early-exit"}) {
      Path other = own.resolve("other" + option);
      audit(other, "--battery", battery, option).succeeds();
      same(early, other, "results.csv");
    }
  }

  @Test
  void the_median_perturbation_that_breaks_recall_is_reported() {
    Path battery =
        World.write(
            own.resolve("smallest.yaml"),
            """
            schema: 1
            name: smallest
            metrics: [recall@1]
            attacks:
              - {attack: {type: fmn, steps: 30}, objectives: [{type: margin}], norm: l2, epsilons: [100]}
              - {attack: {type: fmn, steps: 30}, objectives: [{type: margin}], epsilons: [1]}
              - attack: {type: cw, steps: 20, searches: 3}
                objectives: [{type: margin}]
                norm: l2
                epsilons: [100]
            """);
    Path out = own.resolve("out");
    audit(out, "--battery", battery).succeeds();
    List<CSVRecord> medians =
        csv(out).stream().filter(r -> r.get("metric").equals("median-perturbation")).toList();
    assertThat(medians)
        .extracting(r -> r.get("perturbation"))
        .containsExactly("fmn-l2", "fmn-linf", "cw-l2");
    for (CSVRecord row : medians) {
      double median = Double.parseDouble(row.get("value"));
      assertThat(median).isPositive().isLessThan(row.get("norm").equals("linf") ? 0.5 : 10);
      assertThat(Double.parseDouble(row.get("ci_low"))).isLessThanOrEqualTo(median);
      assertThat(row.get("k")).isEqualTo("1");
    }
    Path other = own.resolve("other");
    audit(other, "--battery", battery, "--reverse-queries", "--no-early-exit").succeeds();
    same(out, other, "results.csv");
  }

  @Test
  void a_budget_of_zero_changes_nothing() {
    Path zero =
        World.write(
            own.resolve("zero.yaml"),
            """
            schema: 1
            name: zero
            metrics: [recall@1, recall@2, map-at-r]
            attacks:
              - {attack: {type: pgd, steps: 2}, epsilons: [0]}
              - {attack: {type: fgsm}, norm: l2, epsilons: [0]}
            """);
    Path out = own.resolve("out");
    audit(out, "--battery", zero).succeeds();
    List<CSVRecord> rows = ofMetrics(csv(out));
    assertThat(rows).hasSize(3 * World.METRICS);
    for (CSVRecord row : rows) {
      if (row.get("kind").equals("attack")) {
        CSVRecord clean =
            rows.stream()
                .filter(r -> r.get("kind").equals("clean"))
                .filter(r -> r.get("metric").equals(row.get("metric")))
                .filter(r -> r.get("k").equals(row.get("k")))
                .findFirst()
                .orElseThrow();
        for (String column : List.of("value", "ci_low", "ci_high")) {
          assertThat(row.get(column)).as(row.toString()).isEqualTo(clean.get(column));
        }
      }
    }
  }

  @Test
  void another_seed_changes_what_is_random_and_nothing_else() {
    Path other = own.resolve("other");
    audit(other, "--seed", -12).succeeds();
    Audit a = AuditFiles.readAudit(straight);
    Audit b = AuditFiles.readAudit(other);
    assertThat(b.rows()).hasSameSizeAs(a.rows());
    for (int i = 0; i < a.rows().size(); i++) {
      ResultRow before = a.rows().get(i);
      ResultRow after = b.rows().get(i);
      if (before.kind() == Kind.CLEAN || before.perturbation().equals("contrast")) {
        assertThat(after.value()).as(before.toString()).isEqualTo(before.value());
      }
    }
    assertThat(moved(straight, "gaussian-noise")).isNotEqualTo(moved(other, "gaussian-noise"));
    assertThat(moved(straight, "pgd-linf")).isNotEqualTo(moved(other, "pgd-linf"));
    assertThat(moved(straight, "contrast")).isEqualTo(moved(other, "contrast"));
  }

  private static List<Double> moved(Path audit, String perturbation) {
    try (Stream<QueryRow> rows = AuditFiles.readQueries(audit)) {
      List<Double> list =
          rows.filter(r -> r.perturbation().equals(perturbation))
              .map(QueryRow::distanceMoved)
              .toList();
      assertThat(list).isNotEmpty();
      return list;
    }
  }

  @Test
  void perturbs_the_gallery_and_both_sides() {
    Path sides =
        World.write(
            own.resolve("sides.yaml"),
            """
            schema: 1
            name: sides
            attacks:
              - {attack: {type: pgd, steps: 2}, epsilons: [8/255], side: gallery}
              - {attack: {type: pgd, steps: 2}, epsilons: [8/255], side: both}
              - {attack: {type: pgd, steps: 2}, epsilons: [8/255]}
            corruptions:
              - {ids: [contrast], severities: [5], side: gallery}
              - {ids: [contrast], severities: [5], side: both}
            """);
    Path out = own.resolve("out");
    Cli cli = audit(out, "--battery", sides).succeeds();
    assertThat(cli.out()).contains(" on gallery", " on both");
    assertThat(csv(out).stream().map(r -> r.get("side")).distinct())
        .containsExactlyInAnyOrder("", "gallery", "both", "query");
    try (Stream<QueryRow> rows = AuditFiles.readQueries(out)) {
      assertThat(rows.filter(r -> r.cell().contains("_gallery")))
          .hasSize(2 * QUERIES)
          .allMatch(r -> r.distanceMoved() == 0 && r.perturbationLinf() == 0);
    }
  }

  @Test
  void a_limit_takes_the_same_queries_whatever_else_is_asked() {
    Path few = own.resolve("few");
    audit(few, "--limit-queries", 7).succeeds();
    Audit audit = AuditFiles.readAudit(few);
    assertThat(audit.data().queries()).isEqualTo(7);
    assertThat(audit.data().gallery()).isEqualTo(QUERIES);
    Path all = own.resolve("all");
    audit(all, "--limit-queries", Integer.MAX_VALUE).succeeds();
    assertThat(AuditFiles.readAudit(all).data().queries()).isEqualTo(QUERIES);
  }

  @Test
  void keeps_no_adversarial_images_where_none_are_wanted() {
    Path out = own.resolve("out");
    audit(out, "--evidence", "none").succeeds();
    assertThat(World.files(out.resolve("evidence")).stream().filter(f -> f.endsWith(".npz")))
        .containsExactly("gallery.npz");
    same(straight, out, "results.csv");
  }

  @Test
  void a_report_is_rendered_again_byte_for_byte() throws IOException {
    Path again = World.copy(straight, own.resolve("again"));
    for (String file : List.of("results.csv", "report.md", "report.html")) {
      Files.delete(again.resolve(file));
    }
    assertThat(Cli.run("report", again).succeeds().out()).contains("report.html");
    same(straight, again, "results.csv", "report.md", "report.html");
  }

  @Test
  void stored_embeddings_score_like_the_clean_row() {
    Path file = own.resolve("e.npz");
    Cli embed =
        Cli.run("embed", "--model", model, "--data", data, "--out", file, "--batch-size", 8)
            .succeeds();
    assertThat(embed.out()).contains("24 embeddings of dimension 8");
    Cli score = Cli.run("score", "--embeddings", file, "--json", "-k", "1,2").succeeds();
    JsonNode json = new JsonMapper().readTree(score.out());
    assertThat(json.get("n_queries").intValue()).isEqualTo(QUERIES);
    assertThat(json.get("n_excluded").intValue()).isZero();
    List<CSVRecord> rows = csv(straight);
    assertThat(json.get("recall_at").get("1").doubleValue())
        .isEqualTo(value(rows, "clean", "recall", "1"));
    assertThat(json.get("recall_at").get("2").doubleValue())
        .isEqualTo(value(rows, "clean", "recall", "2"));
    assertThat(json.get("map_at_r").doubleValue()).isEqualTo(value(rows, "clean", "map-at-r", ""));
    // The gallery that is kept as evidence is the same file.
    Cli evidence =
        Cli.run("score", "--embeddings", straight.resolve("evidence/gallery.npz"), "--json")
            .succeeds();
    assertThat(new JsonMapper().readTree(evidence.out()).get("map_at_r"))
        .isEqualTo(json.get("map_at_r"));
    assertThat(
            Cli.run("score", "--embeddings", file, "--gallery", file, "--distance", "cosine")
                .succeeds()
                .out())
        .contains("24 queries in a gallery of 24, 0 left out", "recall@10 ", "map-at-r");
  }

  @Test
  void pictures_of_frost_are_named_in_the_rows_of_frost_alone() {
    Path frosty =
        World.write(
            own.resolve("frosty.yaml"),
            """
            schema: 1
            name: frosty
            metrics: [recall@1]
            corruptions:
              - {ids: [frost, fog], severities: [3]}
            """);
    Path pictures = own.resolve("frost");
    for (int i = 1; i <= 5; i++) {
      World.png(pictures.resolve("frost" + i + ".png"), i, i);
    }
    Path out = own.resolve("out");
    audit(out, "--battery", frosty, "--frost-dir", pictures).succeeds();
    Map<String, String> dialects =
        csv(out).stream()
            .filter(row -> row.get("kind").equals("corruption"))
            .collect(
                Collectors.toMap(
                    row -> row.get("perturbation"), row -> row.get("dialect"), (a, b) -> a));
    assertThat(dialects.get("frost")).matches("hendrycks-32 frost=photographs-[0-9a-f]{8}");
    assertThat(dialects).containsEntry("fog", "hendrycks-32").hasSize(2);
    audit(own.resolve("o"), "--battery", frosty, "--frost-dir", own.resolve("no"))
        .refuses(Holdfast.INPUT, "frost-dir", "there is no frost1");
  }
}
