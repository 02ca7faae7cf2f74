package dev.holdfast.metrics.space;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Ranks;
import dev.holdfast.metrics.Watch;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Clusters by Lloyd's algorithm, under the Euclidean distance, from items drawn as first centers,
 * for at most 20 rounds: what deep metric learning computes NMI from (Lloyd, "Least squares
 * quantization in PCM", 1982; Roth et al., ICML 2020). A cluster that has become empty starts again
 * at the item that is farthest from its center.
 */
final class KMeans {

  private static final int ROUNDS = 20;

  private KMeans() {}

  /** Nearest center, and how far it is. */
  private record Assigned(int cluster, double distance) {}

  /**
   * Returns the cluster of each item, from 0. It depends on the ids of the items and the seed, not
   * on the order of the items.
   *
   * @param k number of clusters, from 1 to the number of items
   */
  static long[] clusters(EmbeddingSet items, int k, long seed, NDManager manager, Watch watch) {
    int[] order =
        IntStream.range(0, items.size())
            .boxed()
            .sorted(
                (a, b) ->
                    Long.compareUnsigned(
                        CounterRng.order(seed, items.ids()[a]),
                        CounterRng.order(seed, items.ids()[b])))
            .mapToInt(Integer::intValue)
            .toArray();
    EmbeddingSet rows =
        new EmbeddingSet(
            items.values(),
            items.dimension(),
            LongStream.range(0, items.size()).toArray(),
            new long[items.size()]);
    float[] centers = rows.select(Arrays.copyOf(order, k)).values();
    long[] clusters = null;
    for (int round = 0; round < ROUNDS; round++) {
      watch.step("k-means", round, ROUNDS);
      List<Assigned> assigned = assign(rows, centers, k, manager);
      long[] next = assigned.stream().mapToLong(Assigned::cluster).toArray();
      if (Arrays.equals(next, clusters)) {
        break;
      }
      clusters = next;
      centers = centers(rows, order, assigned, k);
    }
    return clusters;
  }

  private static List<Assigned> assign(
      EmbeddingSet rows, float[] centers, int k, NDManager manager) {
    // No center has the id of an item: it is not that item.
    long[] ids = LongStream.range(rows.size(), (long) rows.size() + k).toArray();
    EmbeddingSet gallery = new EmbeddingSet(centers, rows.dimension(), ids, new long[k]);
    try (ExactSearch search = ExactSearch.of(gallery, Distance.EUCLIDEAN, manager)) {
      return search.search(
          rows, new Scope(1, Ranks.NEAR), r -> new Assigned(r.neighbors()[0], r.distances()[0]));
    }
  }

  /** Returns the means of the clusters, summed in an order that is not that of the rows. */
  private static float[] centers(EmbeddingSet rows, int[] order, List<Assigned> assigned, int k) {
    int dimension = rows.dimension();
    double[] sums = new double[k * dimension];
    int[] sizes = new int[k];
    for (int row : order) {
      int cluster = assigned.get(row).cluster();
      sizes[cluster]++;
      for (int i = 0; i < dimension; i++) {
        sums[cluster * dimension + i] += rows.values()[row * dimension + i];
      }
    }
    int[] farthest =
        IntStream.of(order)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer row) -> -assigned.get(row).distance()))
            .mapToInt(Integer::intValue)
            .toArray();
    float[] centers = new float[k * dimension];
    int taken = 0;
    for (int cluster = 0; cluster < k; cluster++) {
      for (int i = 0; i < dimension; i++) {
        centers[cluster * dimension + i] =
            sizes[cluster] > 0
                ? (float) (sums[cluster * dimension + i] / sizes[cluster])
                : rows.values()[farthest[taken] * dimension + i];
      }
      taken += sizes[cluster] > 0 ? 0 : 1;
    }
    return centers;
  }
}
