package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.metrics.space.AdjustedMutualInformation;
import dev.holdfast.metrics.space.DensityRatio;
import dev.holdfast.metrics.space.EmbeddingSpace;
import dev.holdfast.metrics.space.NormalizedMutualInformation;
import dev.holdfast.metrics.space.SpectralDecay;
import dev.holdfast.metrics.stats.Estimate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Retrieval against values from NumPy in double, with the best and worst order of ties. */
@Tag("native")
@Tag("golden")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetrievalGoldenTest {

  private static final double TOLERANCE = 1e-6;

  private final Map<String, NDArray> arrays = new HashMap<>();
  private NDManager manager;
  private JsonObject expected;
  private JsonObject cases;

  @BeforeAll
  void read() throws IOException {
    manager = NDManager.newBaseManager();
    expected = GoldenFolder.expected("retrieval");
    cases = expected.getAsJsonObject("knn_metrics");
    try (InputStream in =
        Files.newInputStream(GoldenFolder.part("retrieval").resolve("retrieval.npz"))) {
      NDList.decode(manager, in).forEach(array -> arrays.put(array.getName(), array));
    }
  }

  @AfterAll
  void close() {
    manager.close();
  }

  @Test
  void finds_as_many_hits_with_ties_against_the_model() {
    int compared = 0;
    int listed = 0;
    for (String name : cases.keySet()) {
      JsonObject known = cases.getAsJsonObject(name);
      List<QueryResult> results = search(name);
      for (int k : hitDepths(known)) {
        listed++;
        RetrievalMetric recall = new RecallAtK(k);
        int hits = (int) results.stream().mapToDouble(recall::value).filter(v -> v == 1).count();
        String key = "hits@" + k;
        assertThat(hits)
            .as(name + " " + key)
            .isBetween(
                (int) bound(known, "within_2e-6", "pessimistic", key),
                (int) bound(known, "within_2e-6", "optimistic", key));
        double worst = bound(known, "exact_ties", "pessimistic", key);
        if (worst != bound(known, "exact_ties", "optimistic", key)) {
          assertThat((double) hits).as(name + " " + key).isEqualTo(worst);
        }
        if (name.startsWith("qg_")) {
          assertThat(hits)
              .as(name + " " + key)
              .isEqualTo(known.getAsJsonObject("own_float64_exact").get(key).getAsInt());
        }
        compared++;
      }
    }
    assertThat(compared).isEqualTo(listed).isGreaterThanOrEqualTo(5 * cases.size()).isPositive();
  }

  @Test
  void agrees_on_every_other_metric_over_queries_that_have_relevant_items() {
    Map<String, RetrievalMetric> metrics =
        Map.of(
            "r_precision", new RPrecision(),
            "map_at_r", new MapAtR(),
            "map", new AveragePrecision(),
            "mrr", new ReciprocalRank(),
            "precision@1_nonlone", new PrecisionAtK(1));
    int compared = 0;
    for (String name : cases.keySet()) {
      JsonObject known = cases.getAsJsonObject(name);
      List<QueryResult> results =
          search(name).stream().filter(result -> result.relevant() > 0).toList();
      assertThat(results)
          .hasSize(known.getAsJsonObject("own_float64_exact").get("n_nonlone").getAsInt());
      for (String key : bounded(known)) {
        if (key.startsWith("hits@")) {
          continue;
        }
        assertThat(metrics).containsKey(key);
        assertThat(mean(metrics.get(key), results))
            .as(name + " " + key)
            .isBetween(
                bound(known, "within_2e-6", "pessimistic", key) - TOLERANCE,
                bound(known, "within_2e-6", "optimistic", key) + TOLERANCE)
            .isCloseTo(bound(known, "exact_ties", "pessimistic", key), within(TOLERANCE));
        compared++;
      }
    }
    assertThat(compared).isEqualTo(metrics.size() * cases.size()).isPositive();
  }

  @Test
  void agrees_on_precision_and_recall_at_every_k() {
    int compared = 0;
    for (String name : cases.keySet()) {
      JsonObject own = cases.getAsJsonObject(name).getAsJsonObject("own_float64_exact");
      List<QueryResult> results =
          search(name).stream().filter(result -> result.relevant() > 0).toList();
      // Where exact duplicates cross classes, the order of the golden value is not ours.
      long tied = name.startsWith("qg_") ? 0 : arrays.get("self.duplicate_pairs").getShape().get(0);
      for (int k : hitDepths(cases.getAsJsonObject(name))) {
        double slack = 2.0 * tied / k / results.size() + TOLERANCE;
        assertThat(mean(new PrecisionAtK(k), results))
            .as(name + " precision@" + k)
            .isCloseTo(own.get("precision@" + k + "_nonlone").getAsDouble(), within(slack));
        for (RetrievalMetric metric : List.of(new RecallAtK(k), new CmcAtK(k))) {
          assertThat(mean(metric, results))
              .as(name + " " + metric)
              .isCloseTo(own.get("recall@" + k + "_over_nonlone").getAsDouble(), within(slack * k));
        }
        compared++;
      }
    }
    assertThat(compared).isGreaterThanOrEqualTo(5 * cases.size()).isPositive();
  }

  @Test
  void finds_the_queries_without_relevant_items() {
    int compared = 0;
    for (String name : cases.keySet()) {
      JsonObject own = cases.getAsJsonObject(name).getAsJsonObject("own_float64_exact");
      List<QueryResult> results = search(name);

      int[] lone =
          IntStream.range(0, results.size()).filter(i -> results.get(i).relevant() == 0).toArray();

      assertThat(results).as(name).hasSize(own.get("n_queries").getAsInt());
      assertThat(lone).as(name).hasSize(own.get("n_lone_queries").getAsInt());
      assertThat(LongStream.of(longs(set(name) + ".lone_rows")).sorted().mapToInt(i -> (int) i))
          .containsExactly(IntStream.of(lone).boxed().toArray(Integer[]::new));
      for (int row : lone) {
        assertThat(RetrievalMetric.all()).allMatch(m -> Double.isNaN(m.value(results.get(row))));
      }
      compared++;
    }
    assertThat(compared).isEqualTo(cases.size()).isPositive();
  }

  @Test
  void finds_the_same_neighbors_up_to_ties() {
    String suffix = ".euclidean.knn10";
    List<String> names = arrays.keySet().stream().filter(key -> key.endsWith(suffix)).toList();
    for (String name : names) {
      String set = name.substring(0, name.length() - suffix.length());
      String search = set + "/euclidean";
      long[] neighbors = longs(name);
      int depth = (int) arrays.get(name).getShape().get(1);
      List<QueryResult> results = search(search);
      assertThat(neighbors).hasSize(results.size() * depth);
      EmbeddingSet gallery = gallery(search);
      EmbeddingSet queries = queries(search);
      for (int query = 0; query < results.size(); query++) {
        QueryResult result = results.get(query);
        List<Integer> seen = new ArrayList<>();
        for (int rank = 0; rank < depth; rank++) {
          int expected = (int) neighbors[query * depth + rank];
          assertThat(result.distances()[rank])
              .as("%s query %d rank %d", name, query, rank)
              .isCloseTo(distance(queries.row(query), gallery.row(expected)), within(1e-12));
          if (result.neighbors()[rank] != expected) {
            seen.add(rank);
          }
        }
        for (int rank : seen) {
          assertThat(tied(result.distances(), rank))
              .as("%s query %d rank %d", name, query, rank)
              .isTrue();
        }
      }
    }
    assertThat(names).isNotEmpty();
  }

  @Test
  void agrees_on_how_clusters_and_classes_go_together() {
    JsonObject clusterings = expected.getAsJsonObject("clustering");
    int compared = 0;
    for (String name : clusterings.keySet()) {
      JsonObject values = clusterings.getAsJsonObject(name);
      EmbeddingSpace space =
          EmbeddingSpace.of(
                  set("self.embeddings", "self.labels", 0), Distance.EUCLIDEAN, 1, manager)
              .withClusters(longs("clusters." + name));
      assertThat(new NormalizedMutualInformation().value(space))
          .as(name)
          .isCloseTo(values.get("nmi_arithmetic").getAsDouble(), within(1e-9));
      assertThat(new AdjustedMutualInformation().value(space))
          .as(name)
          .isCloseTo(values.get("ami_arithmetic").getAsDouble(), within(1e-9));
      compared++;
    }
    long stored = arrays.keySet().stream().filter(key -> key.startsWith("clusters.")).count();
    assertThat((long) compared).isEqualTo(stored).isPositive();
  }

  @Test
  void agrees_on_density_and_spectrum() {
    JsonObject spaces = expected.getAsJsonObject("embedding_space");
    int compared = 0;
    for (String name : spaces.keySet()) {
      JsonObject values = spaces.getAsJsonObject(name);
      EmbeddingSpace space = EmbeddingSpace.of(embeddings(name), Distance.EUCLIDEAN, 1, manager);
      assertThat(new DensityRatio().value(space))
          .as(name)
          .isCloseTo(
              values.getAsJsonObject("own_singletons_skipped").get("pi_ratio").getAsDouble(),
              within(TOLERANCE));
      JsonObject rho = values.getAsJsonObject("rho");
      for (SpectralDecay decay : SpectralDecay.definitions()) {
        double value = decay.value(space);
        if (decay.withoutSmallest()) {
          // From an iterative solver in float32, which is all there is.
          JsonObject peer = rho.getAsJsonObject("peer_numpy_branch_TruncatedSVD_Dminus1");
          String mode = "mode" + (decay.reversed() ? "-" : "") + (decay.largest() + 1);
          assertThat(value)
              .as(name + " " + decay)
              .isCloseTo(peer.get(mode).getAsDouble(), within(1e-5));
        } else {
          JsonObject own =
              rho.getAsJsonObject(decay.reversed() ? "own_float64_KL_p_U" : "own_float64_KL_U_p");
          assertThat(value)
              .as(name + " " + decay)
              .isCloseTo(own.get("drop" + decay.largest()).getAsDouble(), within(TOLERANCE));
        }
        compared++;
      }
    }
    assertThat(compared).isEqualTo(SpectralDecay.definitions().size() * spaces.size()).isPositive();
  }

  /** The embeddings that a part of the file is about. */
  private EmbeddingSet embeddings(String name) {
    if (name.endsWith("_raw")) {
      return set("self.embeddings_raw", "self.labels", 0);
    }
    EmbeddingSet all = set("self.embeddings", "self.labels", 0);
    if (!name.endsWith("_without_singleton_classes")) {
      return all;
    }
    Map<Long, Long> sizes =
        LongStream.of(all.labels())
            .boxed()
            .collect(Collectors.groupingBy(label -> label, Collectors.counting()));
    return all.select(
        IntStream.range(0, all.size()).filter(i -> sizes.get(all.labels()[i]) > 1).toArray());
  }

  private List<QueryResult> search(String name) {
    Distance distance = Distance.of(name.substring(name.indexOf('/') + 1));
    try (ExactSearch search = ExactSearch.of(gallery(name), distance, manager)) {
      int deepest = IntStream.of(hitDepths(cases.getAsJsonObject(name))).max().orElseThrow();
      return search.search(queries(name), new Scope(deepest, Ranks.ALL));
    }
  }

  private static double mean(RetrievalMetric metric, List<QueryResult> results) {
    double[] values = results.stream().mapToDouble(metric::value).toArray();
    Estimate estimate = metric.estimate(values, 1);
    assertThat(estimate.n()).isEqualTo(results.size());
    return estimate.value();
  }

  /** What the file has bounds for. */
  private static Set<String> bounded(JsonObject expected) {
    return expected
        .getAsJsonObject("tie_bounds_exact_ties")
        .getAsJsonObject("pessimistic")
        .keySet();
  }

  private EmbeddingSet queries(String name) {
    return name.startsWith("self_")
        ? gallery(name)
        : set("qg.query" + raw(name), "qg.query_labels", Integer.MAX_VALUE);
  }

  private EmbeddingSet gallery(String name) {
    return name.startsWith("self_")
        ? set("self.embeddings" + raw(name), "self.labels", 0)
        : set("qg.gallery" + raw(name), "qg.gallery_labels", 0);
  }

  private EmbeddingSet set(String embeddings, String labels, long firstId) {
    NDArray values = arrays.get(embeddings);
    int size = (int) values.getShape().get(0);
    return new EmbeddingSet(
        values.toFloatArray(),
        (int) values.getShape().get(1),
        LongStream.range(firstId, firstId + size).toArray(),
        longs(labels));
  }

  private long[] longs(String name) {
    return arrays.get(name).toLongArray();
  }

  private static String set(String name) {
    return name.substring(0, name.indexOf('/'));
  }

  private static String raw(String name) {
    return set(name).endsWith("_raw") ? "_raw" : "";
  }

  private static int[] hitDepths(JsonObject expected) {
    return expected.getAsJsonObject("own_float64_exact").keySet().stream()
        .filter(key -> key.startsWith("hits@"))
        .mapToInt(key -> Integer.parseInt(key.substring("hits@".length())))
        .toArray();
  }

  private static double bound(JsonObject expected, String ties, String end, String key) {
    return expected
        .getAsJsonObject("tie_bounds_" + ties)
        .getAsJsonObject(end)
        .get(key)
        .getAsDouble();
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  /** Whether a neighbor is as far as the one before or behind. */
  private static boolean tied(double[] distances, int rank) {
    return (rank > 0 && distances[rank] == distances[rank - 1])
        || (rank + 1 < distances.length && distances[rank] == distances[rank + 1]);
  }
}
