package dev.holdfast.metrics.space;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Watch;
import dev.holdfast.metrics.knn.ExactSearch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An embedding space as metrics see it: embeddings, and what several metrics need to know of them,
 * computed once. Not for several threads at a time.
 */
public final class EmbeddingSpace {

  private final EmbeddingSet queries;
  private final EmbeddingSet gallery;
  private final EmbeddingSet items;
  private final Distance distance;
  private final long seed;
  private final NDManager manager;
  private long[] clusters;
  private EmbeddingSet training;
  private List<int[]> classes;
  private double[] singularValues;
  private final Map<Integer, List<int[]>> neighbors = new HashMap<>();
  private Watch watch = Watch.NOBODY;

  private EmbeddingSpace(
      EmbeddingSet queries,
      EmbeddingSet gallery,
      EmbeddingSet items,
      Distance distance,
      long seed,
      NDManager manager) {
    this.queries = queries;
    this.gallery = gallery;
    this.items = items;
    this.distance = distance;
    this.seed = seed;
    this.manager = manager;
  }

  /**
   * Returns the space of one set, every item a query against all others.
   *
   * @param seed of the clusters, where none are given
   * @param manager gives the device; owned by the caller
   */
  public static EmbeddingSpace of(
      EmbeddingSet items, Distance distance, long seed, NDManager manager) {
    return new EmbeddingSpace(items, items, items, distance, seed, manager);
  }

  /** Returns the space of queries and gallery together; an item with an id of both counts once. */
  public static EmbeddingSpace of(
      EmbeddingSet queries, EmbeddingSet gallery, Distance distance, long seed, NDManager manager) {
    Map<Long, Integer> known = new HashMap<>();
    for (int row = 0; row < gallery.size(); row++) {
      known.put(gallery.ids()[row], row);
    }
    int[] others =
        IntStream.range(0, queries.size())
            .filter(row -> !known.containsKey(queries.ids()[row]))
            .toArray();
    return new EmbeddingSpace(
        queries, gallery, joined(gallery, queries.select(others)), distance, seed, manager);
  }

  private static EmbeddingSet joined(EmbeddingSet a, EmbeddingSet b) {
    float[] values = Arrays.copyOf(a.values(), a.values().length + b.values().length);
    System.arraycopy(b.values(), 0, values, a.values().length, b.values().length);
    return new EmbeddingSet(
        values, a.dimension(), joined(a.ids(), b.ids()), joined(a.labels(), b.labels()));
  }

  private static long[] joined(long[] a, long[] b) {
    long[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  /**
   * Says which cluster each item is in.
   *
   * @param given one number per item
   */
  public EmbeddingSpace withClusters(long[] given) {
    if (given.length != items.size()) {
      throw new IllegalArgumentException(
          "The clusters (%d) must be as many as the items (%d)."
              .formatted(given.length, items.size()));
    }
    clusters = given.clone();
    return this;
  }

  /**
   * Says which gallery rows are nearest to each query, where that was found already.
   *
   * @param k how many, or all where there are fewer
   */
  public EmbeddingSpace withNeighbors(int k, List<int[]> found) {
    if (found.size() != queries.size()) {
      throw new IllegalArgumentException(
          "The neighbors (%d) must be those of all queries (%d)."
              .formatted(found.size(), queries.size()));
    }
    neighbors.put(k, found);
    return this;
  }

  /** Says who is told how far long work has come. */
  public EmbeddingSpace watched(Watch by) {
    watch = by;
    return this;
  }

  /** Says which embeddings the model was trained on. */
  public EmbeddingSpace withTraining(EmbeddingSet given) {
    if (given.dimension() != items.dimension()) {
      throw new IllegalArgumentException(
          "The dimension (%d) of the training embeddings must be that of the items (%d)."
              .formatted(given.dimension(), items.dimension()));
    }
    training = given;
    return this;
  }

  /** Returns all items, each once: those of the gallery first. */
  public EmbeddingSet items() {
    return items;
  }

  EmbeddingSet gallery() {
    return gallery;
  }

  Optional<EmbeddingSet> training() {
    return Optional.ofNullable(training);
  }

  NDManager manager() {
    return manager;
  }

  Watch watch() {
    return watch;
  }

  /** Returns the rows of each class, by ascending label. */
  List<int[]> classes() {
    if (classes == null) {
      classes = Groups.rows(items.labels());
    }
    return classes;
  }

  /** Returns the clusters that were given, or else those of {@link KMeans}, one per class. */
  long[] clusters() {
    if (clusters == null) {
      clusters =
          KMeans.clusters(
              distance == Distance.COSINE ? new UnitRows(items).set() : items,
              classes().size(),
              seed,
              manager,
              watch);
    }
    return clusters;
  }

  /** Returns the singular values of the embeddings as they are, not centred, descending. */
  double[] singularValues() {
    if (singularValues == null) {
      singularValues = SingularValues.of(items);
    }
    return singularValues;
  }

  /** Returns the gallery rows that are nearest to each query, as retrieval finds them. */
  List<int[]> neighbors(int k) {
    return neighbors.computeIfAbsent(
        k,
        depth -> {
          try (ExactSearch search = ExactSearch.of(gallery, distance, manager).watched(watch)) {
            return search.neighbors(queries, depth);
          }
        });
  }
}
