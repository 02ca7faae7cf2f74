package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.QueryGallerySplit;
import dev.holdfast.models.data.layout.Splits;
import dev.holdfast.models.data.layout.VehicleId;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Audits and embeddings of data that are not searched as every image against all others. */
@Tag("native")
class ProtocolTest {

  private static final String BATTERY =
      """
      schema: 1
      name: sides
      limit_queries: 0
      metrics: [recall@1, map-at-r]
      attacks:
        - {attack: {type: fgsm}, objectives: [{type: margin, k: 1}], epsilons: [16/255]}
        - {attack: {type: fgsm}, epsilons: [16/255], side: gallery}
        - {attack: {type: fgsm}, epsilons: [16/255], side: both}
      corruptions:
        - {ids: [gaussian-noise], severities: [5]}
      """;
  private static final String CLEAN =
      """
      schema: 1
      name: clean
      limit_queries: 0
      metrics: [recall@1, map-at-r]
      corruptions:
        - {ids: [gaussian-noise], severities: [5]}
      """;
  private static final int CLASSES = 4;
  private static final int EACH = 6;

  @TempDir private static Path dir;
  private static Path model;
  private static Path battery;

  @BeforeAll
  static void write() {
    System.setProperty("holdfast.cache", dir.resolve("cache").toString());
    model = World.model(dir.resolve("model"));
    battery = World.write(dir.resolve("sides.yaml"), BATTERY);
  }

  private static Audit audit(Path data, Path out, Object... more) {
    List<Object> words =
        new ArrayList<>(List.of("audit", "--model", model, "--data", data, "--out", out));
    words.addAll(List.of(more));
    if (!words.contains("--battery")) {
      words.addAll(List.of("--battery", battery));
    }
    Cli.run(words.toArray()).succeeds();
    return AuditFiles.readAudit(out);
  }

  /** A table of images, of which number 0 and 1 of each class are queries. */
  private static Path queriesAndGallery(Path data) {
    World.images(data, CLASSES, EACH);
    StringBuilder table = new StringBuilder("path,label,role\n");
    for (char c = 'a'; c < 'a' + CLASSES; c++) {
      for (int i = 0; i < EACH; i++) {
        table.append("class-%c/%d.png,%c,%s\n".formatted(c, i, c, i < 2 ? "query" : "gallery"));
      }
    }
    World.write(data.resolve("index.csv"), table.toString());
    return data;
  }

  /** The same data as {@link #queriesAndGallery}, said in the columns that others use. */
  @Test
  void a_table_of_open_metric_learning_gives_what_roles_give() {
    Path data = queriesAndGallery(dir.resolve("oml"));
    StringBuilder table = new StringBuilder(",path,label,split,is_query,is_gallery,category\n");
    for (char c = 'a'; c < 'a' + CLASSES; c++) {
      for (int i = 0; i < EACH; i++) {
        table.append(
            "%d,class-%c/%d.png,%c,validation,%s,%s,x\n"
                .formatted(i, c, i, c, i < 2 ? "True" : "False", i < 2 ? "False" : "True"));
      }
    }
    World.write(
        data.resolve("df.csv"), table + "98,extra/0.png,y,train,,,x\n99,extra/1.png,z,train,,,x\n");
    Path battery = World.write(dir.resolve("clean.yaml"), CLEAN);
    Audit byRole = audit(data, dir.resolve("oml-role"), "--battery", battery);
    Path out = dir.resolve("oml-out");
    Cli.run(
            "audit",
            "--model",
            model,
            "--data",
            data.resolve("df.csv"),
            "--battery",
            battery,
            "--out",
            out)
        .refuses(Holdfast.INPUT, "2 in train, 24 in validation", "--split validation");
    assertThat(out).doesNotExist();

    Audit audit = audit(data.resolve("df.csv"), out, "--split", "val", "--battery", battery);

    assertThat(audit.data().queries()).isEqualTo(CLASSES * 2);
    assertThat(audit.data().gallery()).isEqualTo(CLASSES * (EACH - 2));
    assertThat(audit.data().notes())
        .contains("Columns of the manifest that were not used: category.");
    assertThat(audit.rows().stream().map(ResultRow::value).toList())
        .isNotEmpty()
        .isEqualTo(byRole.rows().stream().map(ResultRow::value).toList());
  }

  @Test
  void people_are_searched_for_as_a_table_with_roles_and_groups_says_it() throws IOException {
    Path images = World.images(dir.resolve("people-images"), CLASSES, EACH);
    Path data = dir.resolve("people");
    StringBuilder table = new StringBuilder("path,label,role,group\n");
    for (int c = 0; c < CLASSES; c++) {
      for (int i = 0; i < EACH; i++) {
        int identity = c == 0 ? 0 : 10 + c;
        boolean query = i < 2 && identity > 0;
        String path =
            "%s/%04d_c%ds1_00000%d_00.png"
                .formatted(query ? "query" : "bounding_box_test", identity, 1 + i % 3, i);
        Files.createDirectories(data.resolve(path).getParent());
        Files.copy(images.resolve("class-%c/%d.png".formatted('a' + c, i)), data.resolve(path));
        table.append(
            "%s,%04d,%s,%04d at %d\n"
                .formatted(path, identity, query ? "query" : "gallery", identity, i % 3));
      }
    }
    Files.createDirectories(data.resolve("bounding_box_train"));
    Path list = World.write(dir.resolve("lists/people.csv"), table.toString());

    Map<String, NpyArray> asked = embedded("people", data, "--subset");
    Map<String, NpyArray> listed = embedded("listed", list, "--root", data);

    for (String array : List.of("ids", "labels")) {
      assertThat(asked.get("q/" + array).longs()).isEqualTo(listed.get("q/" + array).longs());
      assertThat(asked.get("g/" + array).longs()).isEqualTo(listed.get("g/" + array).longs());
    }
    assertThat(asked.get("q/ids").longs()).hasSize(2 * (CLASSES - 1));
    // Which items share a group, whatever its number.
    assertThat(together(asked)).isEqualTo(together(listed)).isNotEmpty();
  }

  private static List<String> together(Map<String, NpyArray> arrays) {
    long[] queries = arrays.get("q/groups").longs();
    long[] gallery = arrays.get("g/groups").longs();
    List<String> pairs = new ArrayList<>();
    for (int q = 0; q < queries.length; q++) {
      for (int g = 0; g < gallery.length; g++) {
        if (queries[q] == gallery[g]) {
          pairs.add(q + " " + g);
        }
      }
    }
    return pairs;
  }

  private static Map<String, NpyArray> embedded(String name, Path data, Object... more) {
    Path queries = dir.resolve(name + "-q.npz");
    Path gallery = dir.resolve(name + "-g.npz");
    List<Object> words = new ArrayList<>(List.of("embed", "--model", model, "--data", data));
    words.addAll(List.of("--out", queries, "--gallery-out", gallery));
    words.addAll(List.of(more));
    Cli.run(words.toArray()).succeeds();
    Map<String, NpyArray> arrays = new HashMap<>();
    NpzReader.read(queries).forEach((array, values) -> arrays.put("q/" + array, values));
    NpzReader.read(gallery).forEach((array, values) -> arrays.put("g/" + array, values));
    return arrays;
  }

  @Test
  void a_root_is_for_tables() {
    Path data = queriesAndGallery(dir.resolve("rooted"));

    Cli.run(
            "embed",
            "--model",
            model,
            "--data",
            data,
            "--layout",
            "folder-per-class",
            "--root",
            dir,
            "--out",
            dir.resolve("no.npz"))
        .refuses(Holdfast.INPUT, "--root (" + dir, "folder-per-class");
    assertThat(dir.resolve("no.npz")).doesNotExist();
  }

  @Test
  void queries_are_searched_for_in_the_gallery_alone() {
    Path data = queriesAndGallery(dir.resolve("apart"));
    Path out = dir.resolve("apart-out");
    Audit audit = audit(data, out);

    assertThat(audit.data().protocol()).isEqualTo("query-gallery");
    assertThat(audit.data().draws()).isOne();
    assertThat(audit.data().items()).isEqualTo(CLASSES * EACH);
    assertThat(audit.data().queries()).isEqualTo(CLASSES * 2);
    assertThat(audit.data().gallery()).isEqualTo(CLASSES * (EACH - 2));
    assertThat(World.text(out.resolve("report.md")))
        .contains("8 queries, 16 items in the gallery. Part all, protocol query-gallery.");
    assertThat(World.text(out.resolve("run.json"))).contains("\"protocol\" : \"query-gallery\"");
    Map<String, NpyArray> stored = NpzReader.read(out.resolve("evidence/gallery.npz"));
    assertThat(stored.get("gallery_rows_0").longs()).hasSize(CLASSES * (EACH - 2));
    try (Stream<QueryRow> rows = AuditFiles.readQueries(out)) {
      assertThat(rows)
          .hasSize(5 * CLASSES * 2)
          .allMatch(row -> row.path().endsWith("/0.png") || row.path().endsWith("/1.png"))
          .allMatch(row -> row.rank() >= 1 && row.rank() <= CLASSES * (EACH - 2));
    }

    // The same figures from the embeddings alone.
    Path q = dir.resolve("q.npz");
    Path g = dir.resolve("g.npz");
    Cli.run("embed", "--model", model, "--data", data, "--out", q, "--gallery-out", g).succeeds();
    assertThat(NpzReader.read(q).get("labels").longs()).hasSize(CLASSES * 2);
    assertThat(NpzReader.read(g).get("labels").longs()).hasSize(CLASSES * (EACH - 2));
    Cli score = Cli.run("score", "--embeddings", q, "--gallery", g, "--json").succeeds();
    assertThat(score.out())
        .contains("\"1\" : " + clean(audit, "recall").value())
        .contains("\"map_at_r\" : " + clean(audit, "map-at-r").value());
  }

  private static ResultRow clean(Audit audit, String metric) {
    return audit.rows().stream()
        .filter(r -> r.perturbation().equals("clean") && r.metric().equals(metric))
        .findFirst()
        .orElseThrow();
  }

  /** A budget of 0 leaves the images, so that the loss is the margin of the clean embeddings. */
  @Test
  void queries_are_attacked_against_the_gallery() {
    Path data = queriesAndGallery(dir.resolve("attacked"));
    Path out = dir.resolve("attacked.npz");
    List<Object> words = new ArrayList<>(List.of("attack", "--model", model, "--data", data));
    words.addAll(List.of("--attack", "fgsm", "--objective", "margin,k=1"));
    words.addAll(List.of("--epsilon", "0", "--out", out));
    Cli.run(words.toArray()).succeeds();
    Path q = dir.resolve("attacked-q.npz");
    Path g = dir.resolve("attacked-g.npz");
    Cli.run("embed", "--model", model, "--data", data, "--out", q, "--gallery-out", g).succeeds();

    Map<String, NpyArray> queries = NpzReader.read(q);
    Map<String, NpyArray> gallery = NpzReader.read(g);
    Map<String, NpyArray> attacked = NpzReader.read(out);
    assertThat(attacked.get("ids").longs())
        .isEqualTo(queries.get("ids").longs())
        .hasSize(CLASSES * 2);
    for (int i = 0; i < CLASSES * 2; i++) {
      double same = Double.POSITIVE_INFINITY;
      double other = Double.POSITIVE_INFINITY;
      for (int j = 0; j < gallery.get("labels").longs().length; j++) {
        double distance =
            Math.sqrt(
                squaredDistance(
                    queries.get("embeddings").floats(), i, gallery.get("embeddings").floats(), j));
        if (gallery.get("labels").longs()[j] == queries.get("labels").longs()[i]) {
          same = Math.min(same, distance);
        } else {
          other = Math.min(other, distance);
        }
      }
      assertThat((double) attacked.get("loss").floats()[i]).isCloseTo(same - other, within(1e-5));
    }
  }

  @Test
  void a_gallery_of_its_own_needs_a_file_of_its_own() {
    Path data = queriesAndGallery(dir.resolve("two-files"));
    Path out = dir.resolve("one.npz");

    Cli.run("embed", "--model", model, "--data", data, "--out", out)
        .refuses(2, "gallery out (missing)", "--gallery-out FILE.npz");
    Path pictures = World.images(dir.resolve("pictures"), 2, 2);
    Cli.run("embed", "--model", model, "--data", pictures, "--out", out, "--gallery-out", out)
        .refuses(2, "must be left out");
    assertThat(out).doesNotExist();
  }

  @Test
  void an_image_on_both_sides_is_perturbed_once() {
    Path data = World.images(dir.resolve("self"), CLASSES, EACH);
    Audit audit = audit(data, dir.resolve("self-out"));

    int n = CLASSES * EACH;
    // Embedded once; then one step and one look each, and the corruption.
    assertThat(audit.provenance().forwards()).isEqualTo(n + 3L * 2 * n + n);
    assertThat(audit.provenance().backwards()).isEqualTo(3L * n);
    assertThat(audit.data().protocol()).isEqualTo("self-retrieval");
    assertThat(audit.rows()).allMatch(row -> row.drawSd() == null);
  }

  @Test
  void images_of_the_group_of_a_query_are_not_found_by_it_attacked_or_not() {
    Path data = World.images(dir.resolve("groups"), CLASSES, EACH);
    StringBuilder table = new StringBuilder("path,label,group\n");
    for (char c = 'a'; c < 'a' + CLASSES; c++) {
      for (int i = 0; i < EACH; i++) {
        // Three cameras; one image has none.
        String camera = i == 0 && c == 'a' ? "" : "cam-" + i % 3;
        table.append("class-%c/%d.png,%c,%s\n".formatted(c, i, c, camera));
      }
    }
    World.write(data.resolve("index.csv"), table.toString());
    Path out = dir.resolve("groups-out");
    Audit audit = audit(data, out, "--evidence", "all");

    Map<String, NpyArray> clean = NpzReader.read(out.resolve("evidence/gallery.npz"));
    float[] gallery = clean.get("embeddings").floats();
    assertThat(clean(audit, "recall").value())
        .isCloseTo(recallAt1(clean, gallery, gallery), within(1e-12));
    int attacked = 0;
    for (String file : World.files(out.resolve("evidence"))) {
      if (!file.startsWith("fgsm-linf")) {
        continue;
      }
      float[] moved =
          NpzReader.read(out.resolve("evidence").resolve(file)).get("embeddings").floats();
      String side =
          file.contains("_gallery_") ? "gallery" : file.contains("_both_") ? "both" : "query";
      double expected =
          recallAt1(
              clean,
              side.equals("gallery") ? gallery : moved,
              side.equals("query") ? gallery : moved);
      ResultRow row =
          audit.rows().stream()
              .filter(r -> r.perturbation().equals("fgsm-linf") && r.metric().equals("recall"))
              .filter(r -> r.side().equals(side))
              .findFirst()
              .orElseThrow();
      assertThat(row.value()).as(side).isCloseTo(expected, within(1e-12));
      attacked++;
    }
    assertThat(attacked).isEqualTo(3);
    Path file = dir.resolve("groups.npz");
    Cli.run("embed", "--model", model, "--data", data, "--out", file).succeeds();
    assertThat(NpzReader.read(file).get("groups").longs())
        .isEqualTo(clean.get("groups").longs())
        .contains(clean.get("ids").longs()[0]);
  }

  /** Cameras and a gallery apart: what re-identification leaves out of the gallery. */
  @Test
  void groups_and_roles_go_with_the_embeddings() {
    Path data = World.images(dir.resolve("both"), CLASSES, EACH);
    StringBuilder table = new StringBuilder("path,label,role,group\n");
    for (char c = 'a'; c < 'a' + CLASSES; c++) {
      for (int i = 0; i < EACH; i++) {
        String role = i < 2 ? "query" : i == 2 ? "both" : "gallery";
        table.append("class-%c/%d.png,%c,%s,cam-%d\n".formatted(c, i, c, role, i % 3));
      }
    }
    World.write(data.resolve("index.csv"), table.toString());
    Path q = dir.resolve("both-q.npz");
    Path g = dir.resolve("both-g.npz");
    Cli.run("embed", "--model", model, "--data", data, "--out", q, "--gallery-out", g).succeeds();

    Map<String, NpyArray> queries = NpzReader.read(q);
    Map<String, NpyArray> gallery = NpzReader.read(g);
    assertThat(queries.get("ids").longs()).hasSize(3 * CLASSES);
    assertThat(gallery.get("ids").longs()).hasSize((EACH - 2) * CLASSES);
    int hits = 0;
    for (int i = 0; i < 3 * CLASSES; i++) {
      double nearest = Double.POSITIVE_INFINITY;
      boolean hit = false;
      for (int j = 0; j < (EACH - 2) * CLASSES; j++) {
        double squares =
            squaredDistance(
                queries.get("embeddings").floats(), i, gallery.get("embeddings").floats(), j);
        boolean compared =
            queries.get("groups").longs()[i] != gallery.get("groups").longs()[j]
                && queries.get("ids").longs()[i] != gallery.get("ids").longs()[j];
        if (compared && squares < nearest) {
          nearest = squares;
          hit = queries.get("labels").longs()[i] == gallery.get("labels").longs()[j];
        }
      }
      hits += hit ? 1 : 0;
    }
    Cli score = Cli.run("score", "--embeddings", q, "--gallery", g, "--json", "-k", 1).succeeds();
    assertThat(new JsonMapper().readTree(score.out()).at("/recall_at/1").doubleValue())
        .isCloseTo(hits / (3.0 * CLASSES), within(1e-12));
  }

  /** From the definition, in double: neither the item itself nor its group is found. */
  private static double recallAt1(Map<String, NpyArray> items, float[] queries, float[] gallery) {
    long[] labels = items.get("labels").longs();
    long[] groups = items.get("groups").longs();
    int hits = 0;
    for (int q = 0; q < labels.length; q++) {
      double nearest = Double.POSITIVE_INFINITY;
      boolean hit = false;
      for (int g = 0; g < labels.length; g++) {
        double squares = squaredDistance(queries, q, gallery, g);
        if (groups[q] != groups[g] && squares < nearest) {
          nearest = squares;
          hit = labels[q] == labels[g];
        }
      }
      hits += hit ? 1 : 0;
    }
    return (double) hits / labels.length;
  }

  private static double squaredDistance(float[] a, int row, float[] b, int other) {
    double squares = 0;
    for (int i = 0; i < World.DIMENSION; i++) {
      double difference = (double) a[row * World.DIMENSION + i] - b[other * World.DIMENSION + i];
      squares += difference * difference;
    }
    return squares;
  }

  private static Path vehicles(Path data) throws IOException {
    StringBuilder test = new StringBuilder();
    for (int c = 0; c < CLASSES; c++) {
      for (int i = 0; i < EACH; i++) {
        String name = "%d%d".formatted(c, i);
        World.png(data.resolve("image/" + name + ".png"), c, i);
        Files.move(data.resolve("image/" + name + ".png"), data.resolve("image/" + name + ".jpg"));
        test.append(name).append(' ').append(10 + c).append('\n');
      }
    }
    World.write(data.resolve("train_test_split/train_list.txt"), "x 1\n");
    World.write(data.resolve("train_test_split/test_list_800.txt"), test.toString());
    return data;
  }

  @Test
  void results_are_means_and_spreads_over_ten_draws() throws IOException {
    Path data = vehicles(dir.resolve("VehicleID_V1.0"));
    Path out = dir.resolve("vehicles-out");
    Audit audit = audit(data, out, "--subset");

    assertThat(audit.data().part()).isEqualTo("small");
    assertThat(audit.data().protocol()).isEqualTo("one-image-gallery");
    assertThat(audit.data().draws()).isEqualTo(10);
    assertThat(audit.data().gallery()).isEqualTo(CLASSES);
    assertThat(audit.data().notes()).anyMatch(note -> note.startsWith("This is a subset of"));
    assertThat(World.text(out.resolve("report.md")))
        .contains("protocol one-image-gallery, every value the mean of 10 draws")
        .contains("sd of draws");

    // The draws, from the definition.
    ImageSet set = Splits.apply(new VehicleId().read(data, true), "small", null);
    List<QueryGallerySplit> draws = Protocol.ONE_IMAGE_GALLERY.draw(set.items());
    Path file = dir.resolve("vehicles.npz");
    Cli.run("embed", "--model", model, "--data", data, "--subset", "--out", file).succeeds();
    Map<String, NpyArray> arrays = NpzReader.read(file);
    double[] recalls = new double[draws.size()];
    for (int d = 0; d < recalls.length; d++) {
      recalls[d] = recallAt1(arrays, draws.get(d));
    }
    double mean = Stream.of(recalls).flatMapToDouble(java.util.Arrays::stream).average().orElse(-1);
    double squares = 0;
    for (double recall : recalls) {
      squares += (recall - mean) * (recall - mean);
    }
    ResultRow row = clean(audit, "recall");
    assertThat(row.value()).isCloseTo(mean, within(1e-12));
    assertThat(row.drawSd()).isCloseTo(Math.sqrt(squares / 9), within(1e-12)).isPositive();
    assertThat(row.ciLow()).isLessThan(mean);
    assertThat(row.ciHigh()).isGreaterThan(mean);

    try (Stream<QueryRow> rows = AuditFiles.readQueries(out)) {
      List<QueryRow> all = rows.filter(r -> r.cell().equals("clean")).toList();
      assertThat(all).hasSize(10 * CLASSES * (EACH - 1));
      for (int d = 0; d < draws.size(); d++) {
        int draw = d;
        Set<Long> asked =
            all.stream()
                .filter(r -> r.draw() == draw)
                .map(QueryRow::id)
                .collect(Collectors.toSet());
        Set<Long> expected =
            java.util.Arrays.stream(draws.get(d).queries())
                .mapToObj(i -> set.items().get(i))
                .map(ImageItem::id)
                .collect(Collectors.toSet());
        assertThat(asked).isEqualTo(expected);
      }
    }
    // Whoever asks in several draws is attacked once: two passes and a corruption each.
    long galleryItems =
        draws.stream().flatMapToInt(d -> java.util.Arrays.stream(d.gallery())).distinct().count();
    long n = (long) CLASSES * EACH;
    long queries = audit.data().queries();
    assertThat(audit.provenance().forwards())
        .isEqualTo(n + 2 * queries + 2 * galleryItems + 2 * n + queries);
  }

  /** From the definition, in double. */
  private static double recallAt1(Map<String, NpyArray> arrays, QueryGallerySplit draw) {
    float[] values = arrays.get("embeddings").floats();
    long[] labels = arrays.get("labels").longs();
    int hits = 0;
    for (int query : draw.queries()) {
      double nearest = Double.POSITIVE_INFINITY;
      boolean hit = false;
      for (int item : draw.gallery()) {
        double squares = squaredDistance(values, query, values, item);
        if (squares < nearest) {
          nearest = squares;
          hit = labels[query] == labels[item];
        }
      }
      hits += hit ? 1 : 0;
    }
    return (double) hits / draw.queries().length;
  }

  /** With one image per class, a query leaves its class at the nearest bisector. */
  @Test
  void stored_embeddings_are_moved_against_the_gallery_of_each_draw() throws IOException {
    Path data = vehicles(dir.resolve("moved"));
    Path out = dir.resolve("moved-out");
    Path stored =
        World.write(
            dir.resolve("stored.yaml"),
            """
            schema: 1
            name: stored
            metrics: [recall@1]
            embeddings:
              - {attack: {type: boundary-distance}}
              - {attack: {type: embedding-noise, scale: 0}, side: both}
            """);
    Audit audit = audit(data, out, "--subset", "--battery", stored);
    Path file = dir.resolve("moved.npz");
    Cli embed =
        Cli.run("embed", "--model", model, "--data", data, "--subset", "--out", file).succeeds();
    assertThat(embed.err()).contains("searches in 10 drawn galleries");
    Map<String, NpyArray> arrays = NpzReader.read(file);
    float[] values = arrays.get("embeddings").floats();
    long[] labels = arrays.get("labels").longs();
    ImageSet set = Splits.apply(new VehicleId().read(data, true), "small", null);

    double sum = 0;
    double relative = 0;
    int asked = 0;
    for (QueryGallerySplit draw : Protocol.ONE_IMAGE_GALLERY.draw(set.items())) {
      double lengths = 0;
      double nearest = 0;
      for (int query : draw.queries()) {
        double length = Double.POSITIVE_INFINITY;
        double first = Double.POSITIVE_INFINITY;
        for (int own : draw.gallery()) {
          double near = squaredDistance(values, query, values, own);
          first = Math.min(first, Math.sqrt(near));
          for (int other : labels[own] == labels[query] ? draw.gallery() : new int[0]) {
            if (other != own) {
              double gap = squaredDistance(values, query, values, other) - near;
              double apart = Math.sqrt(squaredDistance(values, own, values, other));
              length = Math.min(length, Math.max(0, gap / (2 * apart)));
            }
          }
        }
        lengths += length;
        nearest += first;
      }
      sum += lengths;
      relative += lengths / (nearest / draw.queries().length);
      asked += draw.queries().length;
    }
    assertThat(value(audit, "boundary-distance")).isCloseTo(sum / asked, within(1e-6)).isPositive();
    assertThat(value(audit, "boundary-distance-relative"))
        .isCloseTo(relative / asked, within(1e-5));
    // Noise of size 0 changes nothing in any draw.
    assertThat(
            audit.rows().stream()
                .filter(r -> r.perturbation().startsWith("embedding-noise"))
                .map(ResultRow::value))
        .containsExactly(clean(audit, "recall").value());
  }

  private static double value(Audit audit, String metric) {
    return audit.rows().stream()
        .filter(r -> r.metric().equals(metric))
        .mapToDouble(ResultRow::value)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void fewer_queries_are_the_same_ones_in_every_draw() throws IOException {
    Path data = vehicles(dir.resolve("fewer"));
    Path out = dir.resolve("fewer-out");
    Audit audit = audit(data, out, "--subset", "--limit-queries", 5);

    assertThat(audit.data().queries()).isEqualTo(5);
    try (Stream<QueryRow> rows = AuditFiles.readQueries(out)) {
      assertThat(rows.filter(r -> r.cell().equals("clean")).map(QueryRow::id).distinct())
          .hasSize(5);
    }
  }

  @Test
  void an_incomplete_official_set_is_refused() throws IOException {
    Path data = vehicles(dir.resolve("incomplete"));
    Path out = dir.resolve("incomplete-out");

    Cli.run("audit", "--model", model, "--data", data, "--out", out)
        .refuses(2, "test_list_1600.txt");
    assertThat(out).doesNotExist();
  }
}
