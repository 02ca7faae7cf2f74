package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.knn.RandomSets;
import dev.holdfast.metrics.knn.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every metric a second time, from its definition, with loops over all pairs: sets with duplicates,
 * ties, lone classes and groups, small enough for that.
 */
@Tag("native")
class MetricsByLoopsTest {

  /** One gallery item as a query sees it. */
  private record Seen(double distance, boolean relevant) {}

  @ParameterizedTest
  @EnumSource
  void every_metric_of_a_search_equals_its_definition(Distance distance) {
    EmbeddingSet random = RandomSets.clusters(90, 6, 11, 500, 3);
    EmbeddingSet ties = RandomSets.ties(80, 3, 7, 1000, 1);
    EmbeddingSet queries = RandomSets.ties(40, 3, 9, 5000, 2);
    assertThat(compare(random, random, distance)).isPositive();
    assertThat(compare(ties, ties, distance)).isPositive();
    assertThat(compare(ties, queries, distance)).isPositive();
    assertThat(compare(ties.signCodes(), queries.signCodes(), distance)).isPositive();
  }

  /** Returns how many queries had no relevant item. */
  private static int compare(EmbeddingSet gallery, EmbeddingSet queries, Distance distance) {
    List<RetrievalMetric> metrics =
        Stream.concat(
                RetrievalMetric.all().stream(),
                Stream.of(new RecallAtK(3), new PrecisionAtK(7), new CmcAtK(2)))
            .toList();
    int lone = 0;
    try (NDManager manager = NDManager.newBaseManager();
        ExactSearch search = ExactSearch.of(gallery, distance, manager)) {
      List<QueryResult> results = search.search(queries, Scope.of(metrics));
      assertThat(results).hasSize(queries.size());
      for (int q = 0; q < queries.size(); q++) {
        List<Seen> ranking = ranking(gallery, queries, q, distance);
        lone += ranking.stream().noneMatch(Seen::relevant) ? 1 : 0;
        for (RetrievalMetric metric : metrics) {
          assertThat(metric.value(results.get(q)))
              .as("%s of query %d", metric, q)
              .isCloseTo(byDefinition(metric, ranking), within(1e-14));
        }
      }
    }
    return lone;
  }

  private static List<Seen> ranking(
      EmbeddingSet gallery, EmbeddingSet queries, int q, Distance distance) {
    List<Seen> ranking = new ArrayList<>();
    for (int g = 0; g < gallery.size(); g++) {
      boolean grouped = gallery.groups() != null && queries.groups() != null;
      if (gallery.ids()[g] == queries.ids()[q]
          || (grouped && gallery.groups()[g] == queries.groups()[q])) {
        continue;
      }
      ranking.add(
          new Seen(
              distance(gallery.row(g), queries.row(q), distance),
              gallery.labels()[g] == queries.labels()[q]));
    }
    ranking.sort(Comparator.comparingDouble(Seen::distance).thenComparing(Seen::relevant));
    return ranking;
  }

  private static double distance(float[] a, float[] b, Distance distance) {
    double squares = 0;
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      squares += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    double lengths = Math.sqrt(aa) * Math.sqrt(bb);
    return switch (distance) {
      case EUCLIDEAN -> squares;
      case COSINE -> 1 - (lengths == 0 ? 0 : dot / lengths);
      case DOT -> 0 - dot;
    };
  }

  private static double byDefinition(RetrievalMetric metric, List<Seen> ranking) {
    int relevant = (int) ranking.stream().filter(Seen::relevant).count();
    if (relevant == 0) {
      return Double.NaN;
    }
    int k = metric.k().orElse(0);
    return switch (metric.id()) {
      case "recall", "cmc" -> hits(ranking, k) > 0 ? 1 : 0;
      case "precision" -> (double) hits(ranking, k) / k;
      case "r-precision" -> (double) hits(ranking, relevant) / relevant;
      case "map-at-r" -> precisions(ranking, relevant) / relevant;
      case "map" -> precisions(ranking, ranking.size()) / relevant;
      case "mrr" -> {
        int rank = 1;
        while (hits(ranking, rank) == 0) {
          rank++;
        }
        yield 1.0 / rank;
      }
      default -> throw new AssertionError("Nobody has written a loop for " + metric.id());
    };
  }

  private static int hits(List<Seen> ranking, int k) {
    int hits = 0;
    for (int i = 0; i < Math.min(k, ranking.size()); i++) {
      hits += ranking.get(i).relevant() ? 1 : 0;
    }
    return hits;
  }

  /** The precisions at the relevant ranks, summed. */
  private static double precisions(List<Seen> ranking, int last) {
    double sum = 0;
    for (int rank = 1; rank <= last; rank++) {
      if (ranking.get(rank - 1).relevant()) {
        sum += (double) hits(ranking, rank) / rank;
      }
    }
    return sum;
  }
}
