package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.harness.npz.NpzWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code holdfast score} against values from NumPy in double and from scikit-learn. */
@Tag("native")
@Tag("golden")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScoreGoldenTest {

  private static final double TOLERANCE = 1e-6;
  private static final String HITS = "hits@";

  @TempDir private Path dir;
  private Map<String, NpyArray> arrays;
  private JsonNode expected;
  private JsonNode cases;
  private final Map<String, JsonNode> scores = new HashMap<>();

  @BeforeAll
  void read() {
    String given = System.getProperty("holdfast.golden", "");
    Path root =
        given.isEmpty()
            ? Path.of("..", "metrics", "src", "test", "resources", "golden")
            : Path.of(given);
    Path folder = root.resolve("retrieval");
    arrays = NpzReader.read(folder.resolve("retrieval.npz"));
    expected = new JsonMapper().readTree(World.text(folder.resolve("expected.json")));
    cases = expected.get("knn_metrics");
  }

  @Test
  void finds_as_many_hits_with_ties_against_the_model() {
    int compared = 0;
    int listed = 0;
    for (String name : names(cases)) {
      JsonNode known = cases.get(name);
      JsonNode score = score(name);
      int queries = score.get("n_queries").intValue();
      assertThat(queries).isEqualTo(known.at("/own_float64_exact/n_nonlone").intValue());
      assertThat(score.get("n_excluded").intValue())
          .isEqualTo(known.at("/own_float64_exact/n_lone_queries").intValue())
          .isEqualTo(arrays.get(set(name) + ".lone_rows").size());
      for (int k : depths(name)) {
        listed++;
        double counted = score.get("recall_at").get(Integer.toString(k)).doubleValue() * queries;
        int hits = (int) Math.rint(counted);
        assertThat(counted).isCloseTo(hits, within(1e-9));
        assertThat((double) hits)
            .as(name + " " + k)
            .isBetween(
                bound(known, "within_2e-6", "pessimistic", HITS + k),
                bound(known, "within_2e-6", "optimistic", HITS + k));
        double worst = bound(known, "exact_ties", "pessimistic", HITS + k);
        if (worst != bound(known, "exact_ties", "optimistic", HITS + k)) {
          assertThat((double) hits).as(name + " " + k).isEqualTo(worst);
        }
        if (name.startsWith("qg_")) {
          assertThat(hits)
              .as(name + " " + k)
              .isEqualTo(known.get("own_float64_exact").get(HITS + k).intValue());
        }
        compared++;
      }
    }
    assertThat(compared).isEqualTo(listed).isGreaterThanOrEqualTo(cases.size()).isPositive();
  }

  @Test
  void agrees_on_every_other_metric_over_queries_that_have_relevant_items() {
    int compared = 0;
    for (String name : names(cases)) {
      JsonNode known = cases.get(name);
      JsonNode score = score(name);
      for (String key : names(known.get("tie_bounds_exact_ties").get("pessimistic"))) {
        if (key.startsWith(HITS)) {
          continue;
        }
        double value =
            key.equals("precision@1_nonlone")
                ? score.get("precision_at").get("1").doubleValue()
                : score.get(key).doubleValue();
        assertThat(value)
            .as(name + " " + key)
            .isBetween(
                bound(known, "within_2e-6", "pessimistic", key) - TOLERANCE,
                bound(known, "within_2e-6", "optimistic", key) + TOLERANCE)
            .isCloseTo(bound(known, "exact_ties", "pessimistic", key), within(TOLERANCE));
        compared++;
      }
      // Where duplicates cross classes, the order of the golden value is not ours.
      double tied = name.startsWith("qg_") ? 0 : arrays.get("self.duplicate_pairs").shape()[0];
      int queries = score.get("n_queries").intValue();
      for (int k : depths(name)) {
        double slack = 2 * tied / k / queries + TOLERANCE;
        assertThat(score.get("precision_at").get(Integer.toString(k)).doubleValue())
            .as(name + " precision@" + k)
            .isCloseTo(
                known.get("own_float64_exact").get("precision@" + k + "_nonlone").doubleValue(),
                within(slack));
        assertThat(score.get("cmc_at").get(Integer.toString(k)))
            .isEqualTo(score.get("recall_at").get(Integer.toString(k)));
      }
    }
    assertThat(compared).isEqualTo(5 * cases.size()).isPositive();
  }

  @Test
  void agrees_on_how_clusters_and_classes_go_together() {
    JsonNode clusterings = expected.get("clustering");
    int compared = 0;
    for (String name : names(clusterings)) {
      Path file = dir.resolve("clusters-" + name + ".npz");
      write(
          file,
          arrays.get("self.embeddings"),
          Map.of(
              "labels",
              arrays.get("self.labels").longs(),
              "clusters",
              arrays.get("clusters." + name).longs()));
      JsonNode score = run("--embeddings", file);
      for (String metric : List.of("nmi", "ami")) {
        assertThat(score.get(metric).doubleValue())
            .as(name + " " + metric)
            .isCloseTo(
                clusterings.get(name).get(metric + "_arithmetic").doubleValue(), within(1e-9));
        compared++;
      }
    }
    long stored = arrays.keySet().stream().filter(key -> key.startsWith("clusters.")).count();
    assertThat((long) compared).isEqualTo(2 * stored).isPositive();
  }

  @Test
  void agrees_on_density_and_spectrum() {
    JsonNode spaces = expected.get("embedding_space");
    int compared = 0;
    for (String name : names(spaces)) {
      JsonNode known = spaces.get(name);
      JsonNode score =
          name.endsWith("_without_singleton_classes")
              ? run("--embeddings", withoutSingletons())
              : score(name + "/euclidean");
      assertThat(score.get("density_ratio").doubleValue())
          .as(name)
          .isCloseTo(known.at("/own_singletons_skipped/pi_ratio").doubleValue(), within(TOLERANCE));
      for (Map.Entry<String, String> direction :
          Map.of("own_float64_KL_U_p", "_u_p", "own_float64_KL_p_U", "_p_u").entrySet()) {
        JsonNode rho = known.get("rho").get(direction.getKey());
        for (String drop : names(rho)) {
          String key = "spectral_decay_" + drop + direction.getValue();
          String usual = key.equals("spectral_decay_drop1_u_p") ? "spectral_decay" : key;
          assertThat(score.get(usual).doubleValue())
              .as(name + " " + key)
              .isCloseTo(rho.get(drop).doubleValue(), within(TOLERANCE));
          compared++;
        }
      }
    }
    assertThat(compared).isEqualTo(6 * spaces.size()).isPositive();
  }

  private Path withoutSingletons() {
    NpyArray all = arrays.get("self.embeddings");
    long[] labels = arrays.get("self.labels").longs();
    Map<Long, Long> sizes =
        LongStream.of(labels)
            .boxed()
            .collect(Collectors.groupingBy(label -> label, Collectors.counting()));
    int[] kept = IntStream.range(0, labels.length).filter(i -> sizes.get(labels[i]) > 1).toArray();
    int d = all.shape()[1];
    float[] values = new float[kept.length * d];
    for (int i = 0; i < kept.length; i++) {
      System.arraycopy(all.floats(), kept[i] * d, values, i * d, d);
    }
    Path file = dir.resolve("without-singletons.npz");
    write(
        file,
        new NpyArray(new int[] {kept.length, d}, values, null),
        Map.of("labels", Arrays.stream(kept).mapToLong(i -> labels[i]).toArray()));
    return file;
  }

  /** Scores a case such as {@code qg_raw/cosine}, once. */
  private JsonNode score(String name) {
    return scores.computeIfAbsent(
        name,
        any -> {
          String distance = name.substring(name.indexOf('/') + 1);
          String depths =
              Arrays.stream(depths(name))
                  .mapToObj(Integer::toString)
                  .collect(Collectors.joining(","));
          return name.startsWith("self_")
              ? run(
                  "--embeddings",
                  side(name, "self.embeddings"),
                  "--distance",
                  distance,
                  "-k",
                  depths)
              : run(
                  "--embeddings",
                  side(name, "qg.query"),
                  "--gallery",
                  side(name, "qg.gallery"),
                  "--distance",
                  distance,
                  "-k",
                  depths);
        });
  }

  private Path side(String name, String array) {
    String whole = set(name).endsWith("_raw") ? array + "_raw" : array;
    Path file = dir.resolve(whole + ".npz");
    String labels = array.startsWith("self.") ? "self.labels" : array + "_labels";
    write(file, arrays.get(whole), Map.of("labels", arrays.get(labels).longs()));
    return file;
  }

  private static JsonNode run(Object... words) {
    List<Object> all = new java.util.ArrayList<>(List.of("score", "--json"));
    all.addAll(List.of(words));
    return new JsonMapper().readTree(Cli.run(all.toArray()).succeeds().out());
  }

  private static void write(Path file, NpyArray embeddings, Map<String, long[]> others) {
    try (OutputStream out = Files.newOutputStream(file)) {
      NpzWriter npz = new NpzWriter(out);
      npz.write("embeddings", embeddings.floats(), embeddings.shape()[0], embeddings.shape()[1]);
      for (Map.Entry<String, long[]> other : others.entrySet()) {
        npz.write(other.getKey(), other.getValue());
      }
      npz.finish();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private int[] depths(String name) {
    int compared =
        name.startsWith("self_")
            ? arrays.get("self.labels").size() - 1
            : arrays.get("qg.gallery_labels").size();
    return names(cases.get(name).get("own_float64_exact")).stream()
        .filter(key -> key.startsWith(HITS))
        .mapToInt(key -> Integer.parseInt(key.substring(HITS.length())))
        .filter(k -> k <= compared)
        .toArray();
  }

  private static String set(String name) {
    return name.substring(0, name.indexOf('/'));
  }

  private static Collection<String> names(JsonNode node) {
    return node.propertyNames();
  }

  private static double bound(JsonNode known, String ties, String end, String key) {
    return known.get("tie_bounds_" + ties).get(end).get(key).doubleValue();
  }
}
