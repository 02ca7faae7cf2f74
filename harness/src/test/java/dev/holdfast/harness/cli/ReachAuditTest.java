package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.ThreatInfo;
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

/** Attacks that reach further than one image or one model. */
@Tag("native")
class ReachAuditTest {

  private static final String BATTERY =
      """
      schema: 1
      name: reach
      metrics: [recall@1, map-at-r]
      attacks:
        - attack: {type: universal, steps: 12, batch: 8}
          objectives: [{type: margin}]
          epsilons: [24/255]
        - attack: {type: universal, steps: 12, batch: 8}
          norm: l2
          epsilons: [4]
        - attack: {type: patch, steps: 20, batch: 8, step_size: 32/255}
          objectives: [{type: margin}]
          epsilons: [0.3]
        - attack: {type: pgd, steps: 6, random_start: false}
          objectives: [{type: margin}]
          epsilons: [24/255]
        - attack: {type: pgd, steps: 6, random_start: false}
          objectives: [{type: margin}]
          epsilons: [24/255]
          surrogate: same
        - attack: {type: pgd, steps: 6, random_start: false}
          objectives: [{type: margin}]
          epsilons: [24/255]
          surrogate: other
      """;

  private static final int CELLS = 6;

  @TempDir private static Path shared;

  private static Path model;
  private static Path data;
  private static Path straight;
  private static Audit audit;

  @TempDir private Path own;

  @BeforeAll
  static void audit_once() {
    model = World.model(shared.resolve("model"));
    World.copy(model, shared.resolve("same"));
    // It stretches colors, and measures angles.
    Path other = World.copy(model, shared.resolve("other"));
    World.write(
        other.resolve("model.yaml"),
        World.card("weights.safetensors")
            .replace("tiny-net", "other-net")
            .replace("std: [0.25, 0.25, 0.25]", "std: [0.2, 0.3, 0.25]")
            .replace("distance: euclidean", "distance: cosine"));
    data = World.images(shared.resolve("pictures"), 4, 6);
    World.write(shared.resolve("reach.yaml"), BATTERY);
    straight = shared.resolve("straight");
    run(straight).succeeds();
    audit = AuditFiles.readAudit(straight);
  }

  private static Cli run(Path out, Object... more) {
    return Cli.run(
        Stream.concat(
                Stream.of("audit", "--model", model, "--data", data, "--out", out, "--battery"),
                Stream.concat(
                    Stream.of(shared.resolve("reach.yaml"), "--batch-size", 8), Stream.of(more)))
            .toArray());
  }

  private static List<ResultRow> recall(String perturbation) {
    return audit.rows().stream()
        .filter(r -> r.metric().equals("recall") && r.perturbation().equals(perturbation))
        .toList();
  }

  @Test
  void each_of_them_lowers_recall() {
    double clean = recall("clean").get(0).value();
    for (String attack : List.of("universal-linf", "universal-l2", "patch", "pgd-linf-transfer")) {
      assertThat(recall(attack))
          .isNotEmpty()
          .allSatisfy(row -> assertThat(row.value()).as(attack).isLessThan(clean - 0.1));
    }
    assertThat(audit.trust())
        .filteredOn(check -> check.check().equals("budget"))
        .hasSize(1)
        .allMatch(check -> check.figures().get("images_over_budget") == 0);
  }

  @Test
  void a_surrogate_that_is_the_candidate_does_what_the_white_box_does() {
    List<ResultRow> transferred = recall("pgd-linf-transfer");
    assertThat(transferred).hasSize(2);
    double whiteBox = recall("pgd-linf").get(0).value();
    assertThat(transferred.get(0).value()).isEqualTo(whiteBox);
    assertThat(queries("pgd-linf").stream().map(ReachAuditTest::found).toList())
        .isEqualTo(
            queries("pgd-linf-transfer").stream().limit(24).map(ReachAuditTest::found).toList());
    assertThat(queries("pgd-linf").stream().map(ReachAuditTest::found).toList())
        .isNotEqualTo(
            queries("pgd-linf-transfer").stream().skip(24).map(ReachAuditTest::found).toList());
  }

  private static List<Object> found(QueryRow row) {
    return List.of(row.id(), row.rank(), row.distanceMoved(), row.perturbationL2(), row.forwards());
  }

  private static List<QueryRow> queries(String perturbation) {
    try (Stream<QueryRow> rows = AuditFiles.readQueries(straight)) {
      return rows.filter(row -> row.perturbation().equals(perturbation)).toList();
    }
  }

  @Test
  void rows_name_the_surrogate_and_the_hash_of_its_weights() {
    String sha256 = audit.model().sha256();
    List<ResultRow> rows = recall("pgd-linf-transfer");
    assertThat(rows).allMatch(row -> row.knowledge().equals("transfer"));
    assertThat(rows.get(0).setting())
        .contains("\"surrogate\":{\"name\":\"tiny-net\",\"sha256\":\"" + sha256 + "\"}");
    assertThat(rows.get(1).setting()).contains("\"name\":\"other-net\"");
    assertThat(rows.get(0).threatHash())
        .isNotEqualTo(rows.get(1).threatHash())
        .isNotEqualTo(recall("pgd-linf").get(0).threatHash());
    assertThat(audit.threatModels())
        .extracting(ThreatInfo::knowledge)
        .contains(
            "white-box",
            "transfer from tiny-net (" + sha256.substring(0, 12) + ")",
            "transfer from other-net (" + sha256.substring(0, 12) + ")");
    for (String report : List.of("report.md", "report.html")) {
      assertThat(World.text(straight.resolve(report)))
          .contains("transfer from other-net", "pgd-linf-transfer");
    }
  }

  @Test
  void a_patch_is_shown_as_a_share_of_the_image() {
    ResultRow row = recall("patch").get(0);
    assertThat(row.norm()).isEqualTo("patch");
    assertThat(row.epsilon()).isEqualTo(0.3);
    assertThat(row.epsilon255()).isNull();
    assertThat(World.text(straight.resolve("report.md"))).contains("30 % of the image");
    assertThat(World.text(straight.resolve("report.html")))
        .contains("30 % of the image", "share of the image", "patch 0.3");
  }

  @Test
  void everybody_bears_a_share_of_what_learning_costs() {
    List<QueryRow> rows = queries("universal-linf");
    assertThat(rows).hasSize(24);
    // Twelve steps of eight images for each half, rounded up for each query, and one at the end.
    assertThat(rows.stream().mapToInt(QueryRow::backwards).sum()).isBetween(2 * 96, 2 * 96 + 24);
    assertThat(rows).allMatch(row -> row.forwards() == row.backwards() + 1 && row.steps() == 12);
  }

  @Test
  void the_books_hold_what_surrogates_embed() {
    long asked;
    try (Stream<QueryRow> rows = AuditFiles.readQueries(straight)) {
      asked = rows.mapToLong(QueryRow::forwards).sum();
    }
    // Two surrogates, which embed each image once.
    assertThat(audit.provenance().forwards()).isEqualTo(asked + 2 * 24);
  }

  @Test
  void numbers_do_not_depend_on_order_early_exit_threads_or_resume() throws IOException {
    Path half = World.copy(straight, own.resolve("half"));
    List<String> cells =
        World.files(half.resolve("cells")).stream().filter(f -> f.contains("_")).toList();
    assertThat(cells).hasSize(CELLS);
    for (int i = 0; i < CELLS; i += 2) {
      Files.delete(half.resolve("cells").resolve(cells.get(i)));
    }
    run(half).succeeds();
    assertThat(half.resolve("queries.csv.gz"))
        .hasSameBinaryContentAs(straight.resolve("queries.csv.gz"));
    Path other = own.resolve("other");
    run(other, "--reverse-queries", "--no-early-exit", "--threads", 1).succeeds();
    for (Path same : List.of(half, other)) {
      assertThat(same.resolve("results.csv"))
          .hasSameBinaryContentAs(straight.resolve("results.csv"));
    }
  }

  @Test
  void an_image_that_is_attacked_alone_meets_the_same() {
    Path few = own.resolve("few");
    run(few, "--limit-queries", 5).succeeds();
    Map<String, Double> all =
        Stream.of("universal-linf", "universal-l2", "patch", "pgd-linf-transfer")
            .flatMap(p -> queries(p).stream())
            .collect(Collectors.toMap(r -> r.cell() + r.id(), QueryRow::distanceMoved));
    try (Stream<QueryRow> rows = AuditFiles.readQueries(few)) {
      List<QueryRow> attacked = rows.filter(r -> all.containsKey(r.cell() + r.id())).toList();
      assertThat(attacked)
          .hasSize(5 * (CELLS - 1))
          .allSatisfy(r -> assertThat(r.distanceMoved()).isEqualTo(all.get(r.cell() + r.id())));
    }
  }

  @Test
  void the_command_line_may_name_the_surrogate() {
    Path file =
        World.write(
            own.resolve("given.yaml"),
            """
            schema: 1
            name: given
            metrics: [recall@1]
            attacks:
              - {attack: {type: fgsm}, epsilons: [8/255], surrogate: --surrogate}
            """);
    Object[] words = {"audit", "--model", model, "--data", data, "--battery", file, "--out"};
    Cli.run(and(words, own.resolve("a"), "--surrogate", shared.resolve("other"))).succeeds();
    Cli.run(and(words, own.resolve("b"))).succeeds();
    assertThat(AuditFiles.readAudit(own.resolve("a")).rows())
        .extracting(ResultRow::perturbation)
        .containsExactly("clean", "fgsm-linf-transfer");
    assertThat(AuditFiles.readAudit(own.resolve("b")).rows())
        .extracting(ResultRow::perturbation)
        .containsExactly("clean");
  }

  private void refuses(String entry, String... parts) {
    Path file =
        World.write(
            own.resolve("wrong.yaml"),
            "schema: 1\nname: wrong\nmetrics: [recall@1]\nattacks:\n  - " + entry + "\n");
    Path out = own.resolve("out");
    Cli.run("audit", "--model", model, "--data", data, "--out", out, "--battery", file)
        .refuses(Holdfast.INPUT, parts);
    assertThat(out).doesNotExist();
  }

  @Test
  void a_surrogate_of_another_size_is_refused() {
    Path large = World.copy(model, own.resolve("large"));
    World.write(
        large.resolve("model.yaml"),
        World.card("weights.safetensors").replace("width: 16", "width: 20"));
    refuses(
        "{attack: {type: pgd}, epsilons: [8/255], surrogate: large}",
        "The surrogate (tiny-net, which takes 3 x 16 x 20) of attack pgd must take images of the"
            + " size of the candidate, 3 x 16 x 16",
        "Maybe use another surrogate");
    refuses(
        "{attack: {type: pgd}, epsilons: [8/255], surrogate: nowhere}",
        "nowhere) of attack pgd must be a model card",
        "its name is misspelt");
    refuses(
        "{attack: {type: pgd}, epsilons: [8/255], surrogate: large, stop: broken}",
        "The stop (broken) of attack pgd must be never with a surrogate");
  }

  @Test
  void a_patch_and_its_norm_belong_together() {
    refuses(
        "{attack: {type: patch}, epsilons: [8/255]}",
        "The epsilon (8/255) of attack patch must be the share of the image that the patch covers",
        "Maybe write 0.05");
    refuses(
        "{attack: {type: patch}, norm: linf, epsilons: [0.1]}",
        "The norm (linf) of attack patch must be patch");
    refuses(
        "{attack: {type: pgd}, norm: patch, epsilons: [0.1]}",
        "The norm (patch) of attack pgd must be linf or l2");
    Path out = own.resolve("out.npz");
    Object[] words = {"attack", "--model", model, "--data", data, "--out", out, "--attack"};
    Cli.run(and(words, "patch", "--epsilon", "8/255"))
        .refuses(Holdfast.INPUT, "The epsilon (8/255) of the command line must be the share");
    Cli.run(and(words, "pgd", "--norm", "patch", "--epsilon", "0.1"))
        .refuses(Holdfast.INPUT, "The norm (patch) of attack pgd must be linf or l2");
    assertThat(out).doesNotExist();
  }

  private static Object[] and(Object[] words, Object... more) {
    return Stream.concat(Stream.of(words), Stream.of(more)).toArray();
  }

  @Test
  void writes_patched_images() {
    Path out = own.resolve("out.npz");
    Cli.run(
            "attack",
            "--model",
            model,
            "--data",
            data,
            "--attack",
            "patch,steps=2,batch=4",
            "--epsilon",
            "0.1",
            "--out",
            out)
        .succeeds();
    for (float share : dev.holdfast.harness.npz.NpzReader.read(out).get("norm").floats()) {
      // 5 x 5 of 16 x 16 pixels.
      assertThat(share).isBetween(0.09f, 25 / 256f);
    }
  }

  @Test
  @Tag("golden")
  void a_model_without_gradients_is_told_what_remains_possible() {
    Path fakes = Path.of(System.getProperty("holdfast.models", ""), "fakes");
    assumeTrue(Files.isDirectory(fakes), "holdfast.models has no folder \"fakes\"");
    Path out = own.resolve("out.npz");
    for (String fake : List.of("detached", "rounded", "step")) {
      Object[] words = {
        "attack", "--model", fakes.resolve(fake), "--data", data, "--epsilon", "8/255", "--out", out
      };
      Cli.run(and(words, "--attack", "pgd"))
          .refuses(
              Holdfast.INPUT,
              "must have a gradient for the attack pgd",
              "Maybe use an attack that needs none: square, nes, spsa, hop-skip-jump");
      assertThat(out).doesNotExist();
    }
    Cli.run(
            "attack",
            "--model",
            fakes.resolve("detached"),
            "--data",
            data,
            "--epsilon",
            "8/255",
            "--out",
            out,
            "--attack",
            "square,queries=3")
        .succeeds();
    Path file =
        World.write(
            own.resolve("surrogate.yaml"),
            """
            schema: 1
            name: surrogate
            metrics: [recall@1]
            attacks:
              - {attack: {type: pgd}, epsilons: [8/255], surrogate: %s}
            """
                .formatted(fakes.resolve("detached")));
    Path folder = own.resolve("out");
    Cli.run(
            "audit",
            "--model",
            fakes.resolve("honest"),
            "--data",
            data,
            "--out",
            folder,
            "--battery",
            file)
        .refuses(Holdfast.INPUT, "must have a gradient for the attack pgd");
    assertThat(folder).doesNotExist();
  }
}
