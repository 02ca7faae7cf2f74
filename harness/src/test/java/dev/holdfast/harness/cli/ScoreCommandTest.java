package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.metrics.space.SpaceMetric;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("native")
class ScoreCommandTest {

  private static final int ROWS = 12;
  private static final int DIMENSION = 4;

  @TempDir private Path dir;

  /** Three classes in turns, some way off their corners. */
  private static float[] values(int seed) {
    float[] values = new float[ROWS * DIMENSION];
    for (int row = 0; row < ROWS; row++) {
      CounterRng rng = CounterRng.of(seed, "stored", row);
      for (int d = 0; d < DIMENSION; d++) {
        values[row * DIMENSION + d] = (float) ((d == row % 3 ? 1 : 0) + 0.6 * rng.nextGaussian());
      }
    }
    return values;
  }

  private static long[] labels() {
    return LongStream.range(0, ROWS).map(row -> 70 + row % 3).toArray();
  }

  private Path write(String name, float[] values, int dimension, Map<String, long[]> others) {
    Path file = dir.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      NpzWriter npz = new NpzWriter(out);
      if (dimension > 0) {
        npz.write("embeddings", values, values.length / dimension, dimension);
      } else {
        npz.write("embeddings", values, values.length);
      }
      for (Map.Entry<String, long[]> other : others.entrySet()) {
        npz.write(other.getKey(), other.getValue());
      }
      npz.finish();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return file;
  }

  private Path good(String name, int seed) {
    return write(name, values(seed), DIMENSION, Map.of("labels", labels()));
  }

  private static JsonNode json(Object... words) {
    List<Object> all = new ArrayList<>(List.of("score", "--json", "--embeddings"));
    all.addAll(List.of(words));
    return new JsonMapper().readTree(Cli.run(all.toArray()).succeeds().out());
  }

  /** A file with one fault. */
  private Path faulty(String fault) throws IOException {
    float[] values = values(1);
    Map<String, long[]> others = new LinkedHashMap<>(Map.of("labels", labels()));
    int dimension = DIMENSION;
    switch (fault) {
      case "none" -> {}
      case "nan" -> values[5 * DIMENSION + 2] = Float.NaN;
      case "infinite" -> values[0] = Float.NEGATIVE_INFINITY;
      case "zero" -> Arrays.fill(values, 2 * DIMENSION, 3 * DIMENSION, 0);
      case "one-class" -> Arrays.fill(others.get("labels"), 7);
      case "other-classes" -> others.put("labels", LongStream.range(100, 100 + ROWS).toArray());
      case "empty" -> {
        values = new float[0];
        others.put("labels", new long[0]);
      }
      case "wide" -> {
        dimension = 2 * DIMENSION;
        others.put("labels", Arrays.copyOf(labels(), ROWS / 2));
      }
      case "flat" -> dimension = 0;
      case "few-labels" -> others.put("labels", new long[] {1, 2});
      case "no-labels" -> others.clear();
      case "equal-ids" -> others.put("ids", new long[] {0, 1, 2, 3, 4, 1, 6, 7, 8, 9, 10, 11});
      case "few-ids" -> others.put("ids", new long[] {0, 1});
      case "groups" -> others.put("groups", new long[ROWS]);
      case "clusters" -> others.put("clusters", new long[ROWS]);
      case "integers" -> {
        Path file = dir.resolve("integers.npz");
        try (OutputStream out = Files.newOutputStream(file)) {
          NpzWriter npz = new NpzWriter(out);
          npz.write("embeddings", new long[ROWS]);
          npz.write("labels", new float[ROWS], ROWS);
          npz.finish();
        }
        return file;
      }
      case "float-labels" -> {
        Path file = dir.resolve("float-labels.npz");
        try (OutputStream out = Files.newOutputStream(file)) {
          NpzWriter npz = new NpzWriter(out);
          npz.write("embeddings", values, ROWS, DIMENSION);
          npz.write("labels", new float[ROWS], ROWS);
          npz.finish();
        }
        return file;
      }
      case "cut-off", "bare-npy" -> {
        byte[] whole = World.bytes(good("whole.npz", 1));
        // A file .npy is what stands behind the header of the archive's first entry.
        int npy = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("NUMPY");
        return Files.write(
            dir.resolve(fault + ".npz"),
            fault.equals("cut-off")
                ? Arrays.copyOf(whole, whole.length - 40)
                : Arrays.copyOfRange(whole, npy - 1, npy + 200));
      }
      default -> throw new IllegalArgumentException(fault);
    }
    return write(fault + ".npz", values, dimension, others);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nan||row 5 holds NaN|be finite",
        "infinite||row 0 holds -Infinity|be finite",
        "zero|--distance cosine|row 2 is the zero vector|have a direction",
        "one-class||labels (all 7)|at least two classes",
        "none|-k 12|k (12)|from 1 to 11, the number of items",
        "none|--k 1,0|k (0)|from 1 to 11",
        "empty||embeddings (0 x 4 float)|at least one row",
        "other-classes||no query has a relevant item|those of other items",
        "flat||embeddings (48 float)|N x D floating-point numbers",
        "integers||embeddings (12 integer)|N x D floating-point numbers",
        "float-labels||labels (12 float)|12 integers, one per embedding, or names",
        "few-labels||labels (2 integer)|12 integers, one per embedding, or names",
        "no-labels||array (labels)|float32, float64 or integers: the file has such numbers in [embeddings]",
        "equal-ids||ids (1 in row 1 and row 5)|different from each other",
        "few-ids||ids (2 integer)|12 integers, one per embedding",
        "cut-off||npz|is cut off",
        "bare-npy||npz|must be a .npz file",
        "none|--distance hammin|distance (hammin)|you meant hamming",
        "none|--intervals-over items|intervals over (items)|queries, classes",
        "none|--device gpu|device (gpu)|cpu"
      })
  void what_cannot_be_scored_is_one_message_and_nothing_else(
      String fault, String words, String what, String rule) throws IOException {
    Path file = faulty(fault);
    List<String> before = World.files(dir);
    List<Object> line = new ArrayList<>(List.of("score", "--embeddings", file));
    line.addAll(words == null ? List.of() : List.of(words.split(" ")));
    Cli cli = Cli.run(line.toArray()).refuses(Holdfast.INPUT, what, rule, "Maybe ");
    if (words == null || words.contains("cosine") || words.contains("12")) {
      assertThat(cli.err()).contains(file.toString());
    }
    assertThat(cli.out()).isEmpty();
    assertThat(World.files(dir)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nan|--gallery|row 5 holds NaN",
        "zero|--gallery|row 2 is the zero vector",
        "one-class|--gallery|labels (all 7)",
        "wide|--gallery|dimension (8)",
        "other-classes|--gallery|no query has a relevant item",
        "groups|--gallery|array (groups)",
        "clusters|--gallery|array (clusters)",
        "cut-off|--gallery|is cut off",
        "wide|--training|dimension (8)",
        "nan|--training|row 5 holds NaN"
      })
  void a_second_file_is_checked_as_the_first(String fault, String option, String what)
      throws IOException {
    Path queries = good("queries.npz", 2);
    Path other = faulty(fault);
    Cli cli =
        Cli.run("score", "--embeddings", queries, option, other, "--distance", "cosine")
            .refuses(Holdfast.INPUT, what, "Maybe ");
    boolean missing = fault.equals("groups") || fault.equals("clusters");
    assertThat(cli.err()).contains((missing ? queries : other).toString());
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void queries_that_would_find_themselves_are_refused() {
    Path file = good("same.npz", 1);
    Cli.run("score", "--embeddings", file, "--gallery", file)
        .refuses(Holdfast.INPUT, "gallery (" + file, "12 of the 12 queries", "find themselves");
    Map<String, long[]> named =
        Map.of("labels", labels(), "ids", LongStream.range(0, ROWS).toArray());
    Path withIds = write("named.npz", values(1), DIMENSION, named);
    assertThat(json(withIds, "--gallery", withIds, "-k", "1").get("map_at_r"))
        .isEqualTo(json(file, "-k", "1").get("map_at_r"));
  }

  @Test
  void every_metric_is_told_as_text_and_as_json() {
    Path file = good("all.npz", 1);
    JsonNode json = json(file);
    String text = Cli.run("score", "--embeddings", file).succeeds().out();
    MetricNames.kinds()
        .forEach(
            metric -> {
              String key = metric.id().replace('-', '_') + (metric.k().isPresent() ? "_at" : "");
              JsonNode value = json.get(key);
              assertThat(value).as(key).isNotNull();
              // The usual k that are no more than the items that a query is compared with.
              if (metric.k().isPresent()) {
                assertThat(value.propertyNames()).containsExactly("1", "2", "4", "8", "10");
                value = value.get("1");
                key += "_1";
              }
              JsonNode ends = json.get("intervals_95").get(key);
              assertThat(value.doubleValue())
                  .isBetween(ends.get(0).doubleValue(), ends.get(1).doubleValue());
              assertThat(text).contains(metric.id());
            });
    for (SpaceMetric metric : SpaceMetric.all()) {
      JsonNode value = json.get(metric.id().replace('-', '_'));
      assertThat(value).as(metric.id()).isNotNull();
      // Nothing is known of the training set, and nine of four singular values are not there.
      assertThat(value.isNull())
          .as(metric.id())
          .isEqualTo(metric.id().equals("utilisation") || metric.id().contains("drop9"));
      assertThat(text).contains(metric.id());
    }
    assertThat(text).startsWith("12 queries in a gallery of 12, 0 left out");
    assertThat(json.get("n_queries").intValue()).isEqualTo(ROWS);
  }

  @Test
  void only_what_is_asked_for_is_told_and_with_the_same_figures() {
    Path file = good("some.npz", 1);
    JsonNode all = json(file, "-k", "1,2");
    JsonNode some = json(file, "-k", "1,2", "--metrics", "recall,map-at-r,nmi");
    assertThat(some.propertyNames())
        .containsExactlyInAnyOrder(
            "n_queries",
            "n_excluded",
            "n_gallery",
            "distance",
            "seed",
            "intervals_over",
            "intervals_95",
            "recall_at",
            "map_at_r",
            "nmi");
    for (String key : List.of("n_queries", "n_excluded", "recall_at", "map_at_r", "nmi")) {
      assertThat(some.get(key)).as(key).isEqualTo(all.get(key));
    }
    assertThat(some.get("intervals_95").get("map_at_r"))
        .isEqualTo(all.get("intervals_95").get("map_at_r"));
    assertThat(some.get("intervals_95").size()).isEqualTo(3);
    JsonNode one = json(file, "--metrics", "uniformity");
    assertThat(one.get("uniformity")).isEqualTo(all.get("uniformity"));
    assertThat(one.get("n_queries")).isEqualTo(all.get("n_queries"));
    assertThat(Cli.run("score", "--embeddings", file, "--metrics", "mrr").succeeds().out().lines())
        .hasSize(2)
        .last()
        .asString()
        .startsWith("mrr ");
    Cli.run("score", "--embeddings", file, "--metrics", "recal")
        .refuses(Holdfast.INPUT, "metric (recal)", "you meant recall");
  }

  @Test
  void the_hamming_distance_is_between_signs() {
    float[] values = values(3);
    long[] labels = labels();
    int hits = 0;
    int plainHits = 0;
    for (int q = 0; q < ROWS; q++) {
      int query = q;
      int[] others = IntStream.range(0, ROWS).filter(i -> i != query).toArray();
      // A tie counts against the model.
      int same =
          Arrays.stream(others)
              .filter(i -> labels[i] == labels[query])
              .map(i -> differentSigns(values, query, i))
              .min()
              .orElseThrow();
      int other =
          Arrays.stream(others)
              .filter(i -> labels[i] != labels[query])
              .map(i -> differentSigns(values, query, i))
              .min()
              .orElseThrow();
      hits += same < other ? 1 : 0;
      plainHits += same <= other ? 1 : 0;
    }
    Path file = good("signs.npz", 3);
    assertThat(plainHits).as("the case has ties").isGreaterThan(hits);
    assertThat(json(file, "--distance", "hamming").get("recall_at").get("1").doubleValue())
        .isCloseTo((double) hits / ROWS, within(1e-12));
  }

  @Test
  void says_that_sign_codes_are_all_the_same() {
    float[] values = values(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]) + 1;
    }
    Path file = write("one-code.npz", values, DIMENSION, Map.of("labels", labels()));

    assertThat(scored(file).err()).contains("All embeddings of " + file + " have the same signs");
    assertThat(scored(good("signs.npz", 3)).err()).doesNotContain("the same signs");
  }

  private static Cli scored(Path file) {
    return Cli.run("score", "--embeddings", file, "--distance", "hamming").succeeds();
  }

  private static int differentSigns(float[] values, int a, int b) {
    return (int)
        IntStream.range(0, DIMENSION)
            .filter(d -> values[a * DIMENSION + d] > 0 != values[b * DIMENSION + d] > 0)
            .count();
  }

  @Test
  void clusters_of_both_files_belong_to_the_items_by_their_ids() {
    long[] ids = LongStream.range(0, ROWS).toArray();
    long[] turned = LongStream.range(0, ROWS).map(i -> ROWS - 1 - i).toArray();
    long[] clusters = Arrays.stream(labels()).map(l -> 5 * l).toArray();
    long[] back = new long[ROWS];
    long[] labelsBack = new long[ROWS];
    for (int row = 0; row < ROWS; row++) {
      back[row] = clusters[ROWS - 1 - row];
      labelsBack[row] = labels()[ROWS - 1 - row];
    }
    Path a =
        write(
            "a.npz",
            values(1),
            DIMENSION,
            Map.of("labels", labels(), "ids", ids, "clusters", clusters));
    Path b =
        write(
            "b.npz",
            values(1),
            DIMENSION,
            Map.of("labels", labelsBack, "ids", turned, "clusters", back));
    assertThat(json(a, "--gallery", b).get("nmi").doubleValue()).isCloseTo(1, within(1e-12));
    assertThat(json(good("k-means.npz", 1)).get("nmi").doubleValue()).isLessThan(0.999);
  }

  @Test
  void utilisation_is_the_squared_distance_to_the_nearest_training_embedding() {
    float[] moved = values(1);
    for (int i = 0; i < moved.length; i += DIMENSION) {
      moved[i] += 0.125f;
    }
    Path trained = write("trained.npz", moved, DIMENSION, Map.of("labels", labels()));
    double value = json(good("u.npz", 1), "--training", trained).get("utilisation").doubleValue();
    assertThat(value).isPositive().isLessThanOrEqualTo(0.125 * 0.125 + 1e-6);
  }

  @Test
  void intervals_are_drawn_from_the_seed_over_queries_or_classes() {
    Path file = good("i.npz", 1);
    JsonNode usual = json(file);
    assertThat(json(file)).isEqualTo(usual);
    JsonNode other = json(file, "--seed", "5");
    JsonNode classes = json(file, "--intervals-over", "classes");
    for (JsonNode different : List.of(other, classes)) {
      assertThat(different.get("map_at_r")).isEqualTo(usual.get("map_at_r"));
      assertThat(different.get("intervals_95").get("map_at_r"))
          .isNotEqualTo(usual.get("intervals_95").get("map_at_r"));
    }
  }

  @Test
  void leaves_k_means_out_above_a_thousand_classes_unless_asked() {
    int classes = 1001;
    float[] values = new float[2 * classes];
    for (int row = 0; row < values.length; row++) {
      values[row] = (float) Math.floor(row / 2.0) + 0.25f * (row % 2);
    }
    long[] labels = LongStream.range(0, values.length).map(row -> row / 2).toArray();
    Path file = write("many.npz", values, 1, Map.of("labels", labels));

    JsonNode usual = json(file, "-k", 1);
    assertThat(usual.get("left_out").valueStream().map(JsonNode::asString))
        .containsExactly("nmi", "ami");
    assertThat(usual.has("nmi")).isFalse();
    assertThat(usual.get("recall_at").get("1").asDouble()).isEqualTo(1);
    assertThat(Cli.run("score", "--embeddings", file, "-k", 1).succeeds().out())
        .contains("Left out: nmi and ami.", "--metrics nmi,ami");
    assertThat(json(file, "--metrics", "nmi").get("nmi").asDouble()).isBetween(0.5, 1.0);

    long[] clusters = LongStream.range(0, values.length).map(row -> row / 4).toArray();
    Path clustered =
        write("clustered.npz", values, 1, Map.of("labels", labels, "clusters", clusters));
    assertThat(json(clustered, "-k", 1).has("ami")).isTrue();
  }

  @Test
  void finds_the_same_hubs_whether_it_searches_for_anything_else_or_not() {
    Path file = good("one.npz", 1);

    assertThat(json(file).get("hubness"))
        .isEqualTo(json(file, "--metrics", "hubness").get("hubness"));
    assertThat(json(file, "-k", 1, "--metrics", "recall").get("recall_at").get("1"))
        .isEqualTo(json(file).get("recall_at").get("1"));
  }
}
