package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Queries in one folder, the gallery in another: numbers, ids and names that only look alike. */
@Tag("native")
class QueryGalleryFoldersTest {

  private static final String BATTERY =
      """
      schema: 1
      name: short
      limit_queries: 0
      metrics: [recall@1]
      attacks:
        - {attack: {type: fgsm}, objectives: [{type: margin, k: 1}], epsilons: [16/255]}
        - {attack: {type: fgsm}, epsilons: [16/255], side: gallery}
      """;
  private static final int CLASSES = 5;

  @TempDir private static Path root;
  private static Path model;
  private static Path battery;
  private Path dir;
  private Path query;
  private Path gallery;

  @BeforeAll
  static void write() {
    System.setProperty("holdfast.cache", root.resolve("cache").toString());
    model = World.model(root.resolve("model"));
    battery = World.write(root.resolve("short.yaml"), BATTERY);
  }

  /**
   * Files of one name in both folders are different pictures. One class has no query, and another
   * stands in the queries alone.
   */
  @BeforeEach
  void draw(TestInfo test) {
    dir = root.resolve(test.getTestMethod().orElseThrow().getName());
    query = dir.resolve("data/query");
    gallery = dir.resolve("data/gallery");
    for (int c = 0; c < CLASSES; c++) {
      for (int i = 0; i < 3; i++) {
        if (c != 1 && i < 2) {
          png(query.resolve("class-" + (char) ('a' + c)).resolve(i + ".png"), c, i);
        }
        if (c != 4) {
          png(gallery.resolve("class-" + (char) ('a' + c)).resolve(i + ".png"), c, 10 + i);
        }
      }
    }
  }

  /** Blocks of color that have little of their class, so that finding it is no matter of course. */
  private static void png(Path file, int label, int number) {
    CounterRng shared = CounterRng.of(label, "class", 0);
    CounterRng own = CounterRng.of(label, "blocks", number);
    int[] blocks = new int[16];
    for (int i = 0; i < blocks.length; i++) {
      for (int channel = 0; channel < 3; channel++) {
        double level = 0.4 * shared.nextDouble() + 0.6 * own.nextDouble();
        blocks[i] = blocks[i] << 8 | (int) (255 * level);
      }
    }
    BufferedImage image = new BufferedImage(World.SIDE, World.SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < World.SIDE; y++) {
      for (int x = 0; x < World.SIDE; x++) {
        image.setRGB(x, y, blocks[y / 4 * 4 + x / 4]);
      }
    }
    World.write(image, "png", file);
  }

  private Cli run(String command, Object... more) {
    List<Object> words = new ArrayList<>(List.of(command, "--model", model));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private Cli audit(Path queries, Path searched, Path out) {
    return run(
        "audit",
        "--query",
        queries,
        "--gallery",
        searched,
        "--out",
        out,
        "--battery",
        battery,
        "--allow-unreliable");
  }

  private static double recall(Path queries, Path searched) {
    Cli cli =
        Cli.run(
            "score",
            "--embeddings",
            queries,
            "--gallery",
            searched,
            "--json",
            "-k",
            "1",
            "--metrics",
            "recall");
    return new JsonMapper().readTree(cli.succeeds().out()).get("recall_at").get("1").doubleValue();
  }

  /** One query after the other, from the embeddings of each folder on its own, by class name. */
  private static double expected(Path queries, Path searched, boolean withItself) {
    Map<String, NpyArray> q = NpzReader.read(queries);
    Map<String, NpyArray> g = NpzReader.read(searched);
    Set<String> known = new HashSet<>(names(g));
    int asked = 0;
    int hits = 0;
    for (int i = 0; i < names(q).size(); i++) {
      if (!known.contains(names(q).get(i))) {
        continue;
      }
      double nearest = Double.POSITIVE_INFINITY;
      String found = "";
      for (int j = 0; j < names(g).size(); j++) {
        if (!withItself && q.get("ids").longs()[i] == g.get("ids").longs()[j]) {
          continue;
        }
        double sum = 0;
        for (int d = 0; d < World.DIMENSION; d++) {
          sum +=
              Math.pow(
                  (double) q.get("embeddings").floats()[i * World.DIMENSION + d]
                      - g.get("embeddings").floats()[j * World.DIMENSION + d],
                  2);
        }
        if (sum < nearest) {
          nearest = sum;
          found = names(g).get(j);
        }
      }
      asked++;
      hits += found.equals(names(q).get(i)) ? 1 : 0;
    }
    return (double) hits / asked;
  }

  /** The class of each item, by the names in the file. */
  private static List<String> names(Map<String, NpyArray> file) {
    String[] classes = file.get("class_names").texts();
    return Arrays.stream(file.get("labels").longs()).mapToObj(l -> classes[(int) l]).toList();
  }

  private static double clean(Audit audit) {
    return audit.rows().stream()
        .filter(r -> r.perturbation().equals("clean"))
        .mapToDouble(ResultRow::value)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void audit_embed_and_score_agree_with_a_search_by_name() {
    Path q = dir.resolve("q.npz");
    Path g = dir.resolve("g.npz");
    run("embed", "--data", query, "--out", q).succeeds();
    run("embed", "--data", gallery, "--out", g).succeeds();
    double right = expected(q, g, false);
    assertThat(right).isBetween(0.1, 0.9);
    assertThat(recall(q, g)).isCloseTo(right, within(1e-12));

    Path pq = dir.resolve("pair-q.npz");
    Path pg = dir.resolve("pair-g.npz");
    run("embed", "--query", query, "--gallery", gallery, "--out", pq, "--gallery-out", pg)
        .succeeds();
    assertThat(recall(pq, pg)).isCloseTo(right, within(1e-12));
    // One image has one id whatever folders were named, and names that are equal make none equal.
    assertThat(NpzReader.read(pq).get("ids").longs())
        .containsExactly(NpzReader.read(q).get("ids").longs());
    assertThat(NpzReader.read(pg).get("ids").longs())
        .containsExactly(NpzReader.read(g).get("ids").longs())
        .doesNotContain(NpzReader.read(q).get("ids").longs());

    Path out = dir.resolve("out");
    audit(query, gallery, out).succeeds();
    Audit audit = AuditFiles.readAudit(out);
    assertThat(clean(audit)).isCloseTo(right, within(1e-12));
    assertThat(audit.data().name()).isEqualTo("query+gallery");
    assertThat(audit.data().protocol()).isEqualTo("query-gallery");
    assertThat(audit.data().queries()).isEqualTo(6);
    assertThat(audit.data().excludedQueries()).as("of the class without a gallery").isEqualTo(2);
    assertThat(audit.data().gallery()).isEqualTo(12);
    assertThat(audit.data().notes()).isEmpty();
    try (Stream<QueryRow> rows = AuditFiles.readQueries(out)) {
      assertThat(rows.filter(row -> row.cell().equals("clean")))
          .extracting(QueryRow::path)
          .contains("query/class-a/0.png")
          .allMatch(path -> path.startsWith("query/"));
    }
    // The same command goes on with what is there.
    audit(query, gallery, out).succeeds();
  }

  @Test
  void an_image_in_both_folders_is_told_and_not_compared_with_itself() throws IOException {
    Path q = dir.resolve("q.npz");
    Path g = dir.resolve("g.npz");
    for (String path : World.files(query)) {
      if (!path.startsWith("class-e")) {
        Files.copy(query.resolve(path), gallery.resolve(path.replace(".png", "-again.png")));
      }
    }
    Path out = dir.resolve("out");
    audit(query, gallery, out).succeeds();

    Audit audit = AuditFiles.readAudit(out);
    assertThat(audit.data().notes())
        .singleElement()
        .asString()
        .startsWith("6 images are queries and stand in the gallery, too");
    assertThat(audit.data().queries()).isEqualTo(6);
    assertThat(audit.data().gallery()).isEqualTo(18);
    assertThat(audit.data().items()).isEqualTo(2 * 4 + 12);

    run("embed", "--data", query, "--out", q).succeeds();
    run("embed", "--data", gallery, "--out", g).succeeds();
    Cli score = Cli.run("score", "--embeddings", q, "--gallery", g, "--json", "-k", "1").succeeds();
    assertThat(score.err()).contains("6 of 8 queries stand in the gallery by their ids");
    assertThat(clean(audit)).isCloseTo(expected(q, g, false), within(1e-12)).isBetween(0.1, 0.9);
    assertThat(recall(q, g)).isCloseTo(clean(audit), within(1e-12));
    assertThat(expected(q, g, true)).as("with themselves").isEqualTo(1);
  }

  @Test
  void a_folder_against_itself_is_every_image_against_all_others() {
    Path apart = dir.resolve("apart");
    Path one = dir.resolve("one");
    Cli cli = audit(gallery, gallery, apart).succeeds();
    run("audit", "--data", gallery, "--out", one, "--battery", battery, "--allow-unreliable")
        .succeeds();

    assertThat(AuditFiles.readAudit(apart).data().protocol()).isEqualTo("self-retrieval");
    assertThat(cli.out()).contains("12 queries against 12 images");
    assertThat(values(apart)).isEqualTo(values(one));
    assertThat(AuditFiles.readAudit(apart).data().fingerprint())
        .isEqualTo(AuditFiles.readAudit(one).data().fingerprint());
  }

  private static List<Double> values(Path audit) {
    return AuditFiles.readAudit(audit).rows().stream().map(ResultRow::value).toList();
  }

  @Test
  void without_a_class_in_common_nothing_is_scored() throws IOException {
    for (String name : World.files(query)) {
      Path target = dir.resolve("renamed").resolve(name.replace("class-", "other-"));
      Files.createDirectories(target.getParent());
      Files.copy(query.resolve(name), target);
    }
    Path out = dir.resolve("out");
    Path plain =
        World.write(
            dir.resolve("plain.yaml"),
            BATTERY.substring(0, BATTERY.indexOf("attacks:"))
                + "corruptions:\n  - {ids: [contrast], severities: [1]}\n");

    run(
            "audit",
            "--query",
            dir.resolve("renamed"),
            "--gallery",
            gallery,
            "--out",
            out,
            "--battery",
            plain)
        .refuses(Holdfast.INPUT, "class is in the gallery", "compared by name");
    audit(dir.resolve("renamed"), gallery, out).refuses(Holdfast.INPUT, "Maybe ");
  }

  @Test
  void a_single_class_may_be_asked_for() throws IOException {
    Path single = dir.resolve("single");
    World.copy(query.resolve("class-a"), Files.createDirectories(single).resolve("class-a"));
    Path q = dir.resolve("q.npz");
    Path g = dir.resolve("g.npz");
    run("embed", "--query", single, "--gallery", gallery, "--out", q, "--gallery-out", g)
        .succeeds();

    assertThat(recall(q, g)).isCloseTo(expected(q, g, false), within(1e-12));
    run("embed", "--data", single, "--out", q)
        .refuses(Holdfast.INPUT, "number of classes (1)", "data set single");
  }

  @Test
  void inspect_and_attack_take_them_too_and_train_does_not() {
    Cli inspect = run("inspect", "--query", query, "--gallery", gallery);
    assertThat(inspect.out()).contains("over 20 images");
    Path out = dir.resolve("attacked.npz");
    run(
            "attack",
            "--query",
            query,
            "--gallery",
            gallery,
            "--attack",
            "fgsm",
            "--epsilon",
            "4/255",
            "--out",
            out)
        .succeeds();
    Map<String, NpyArray> attacked = NpzReader.read(out);
    assertThat(attacked.get("images").shape()[0]).isEqualTo(8);
    assertThat(Set.copyOf(names(attacked)))
        .containsExactlyInAnyOrder("class-a", "class-c", "class-d", "class-e");

    Path recipe = World.write(dir.resolve("recipe.yaml"), "");
    Cli.run(
            "train",
            "--query",
            query,
            "--gallery",
            gallery,
            "--recipe",
            recipe,
            "--out",
            dir.resolve("trained"))
        .refuses(Holdfast.INPUT, "Maybe ");
  }

  @Test
  void a_run_with_other_ids_is_not_gone_on_with() {
    Path out = dir.resolve("out");
    System.setProperty("holdfast.ids", "path");
    try {
      audit(query, gallery, out).succeeds();
    } finally {
      System.clearProperty("holdfast.ids");
    }
    String before = World.text(out.resolve("audit.json"));
    audit(query, gallery, out).refuses(Holdfast.INPUT, "holds another one", "classes");
    assertThat(World.text(out.resolve("audit.json"))).isEqualTo(before);
  }

  @Test
  void half_of_a_pair_and_a_pair_beside_data_are_refused() {
    Path out = dir.resolve("out");
    run("audit", "--query", query, "--out", out)
        .refuses(Holdfast.INPUT, "gallery (missing)", "since --query is");
    run("audit", "--gallery", gallery, "--out", out)
        .refuses(Holdfast.INPUT, "query (missing)", "since --gallery is");
    run("audit", "--data", query, "--gallery", gallery, "--out", out)
        .refuses(Holdfast.INPUT, "data (" + query, "not stand beside");
    run("audit", "--query", query, "--gallery", gallery, "--out", gallery.resolve("out"))
        .refuses(Holdfast.INPUT, "lie outside of the data");
    run("embed", "--query", query, "--gallery", gallery, "--out", dir.resolve("q.npz"))
        .refuses(Holdfast.INPUT, "gallery out (missing)");
    run("audit", "--query", query, "--gallery", dir.resolve("nowhere"), "--out", out)
        .refuses(Holdfast.INPUT, "nowhere", "exist");
    assertThat(out).doesNotExist();
  }
}
