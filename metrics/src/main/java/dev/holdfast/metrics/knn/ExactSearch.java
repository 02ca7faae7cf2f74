package dev.holdfast.metrics.knn;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Exact nearest-neighbor search in a fixed gallery.
 *
 * <p>The engine multiplies blocks of queries with the gallery; what its rounding leaves open is
 * computed in double, in one fixed order of summation. Results therefore depend neither on the
 * order of the queries nor on block size, threads or device. Beyond the gallery and the results,
 * memory is that of one block. Numbers of any magnitude that float32 holds are fine.
 *
 * <p>Gallery rows that have the id of the query are not searched, nor are those of its group where
 * both sides have groups. Two items tie if their doubles are equal: squared distances for {@link
 * Distance#EUCLIDEAN}, distances for {@link Distance#COSINE}.
 */
public final class ExactSearch implements AutoCloseable {

  private static final int BLOCK_PRODUCTS = 1 << 22;

  private final EmbeddingSet gallery;
  private final Distance distance;
  private final int blockRows;
  private final Rows rows;
  private final GalleryIndex index;
  private final int[] firstEqualRows;
  private final NDManager manager;
  private final Workers workers = new Workers();

  /**
   * @param blockRows number of queries in one product
   */
  ExactSearch(EmbeddingSet gallery, Distance distance, NDManager parent, int blockRows) {
    if (gallery.size() == 0) {
      throw new IllegalArgumentException("The gallery must have at least one item.");
    }
    this.gallery = gallery;
    this.distance = distance;
    this.blockRows = blockRows;
    this.rows = Rows.of(gallery, "gallery");
    this.index = new GalleryIndex(gallery);
    this.firstEqualRows = rows.firstEqualRows();
    this.manager = parent.newSubManager();
  }

  /**
   * Returns a search in the given gallery, to be closed by the caller.
   *
   * @param gallery G x dimension, G at least 1; not to be changed while in use
   * @param distance what "near" means
   * @param parent gives the device; may be used for other things
   * @throws IllegalArgumentException if the gallery is empty or an embedding is not finite
   */
  public static ExactSearch of(EmbeddingSet gallery, Distance distance, NDManager parent) {
    int blockRows = Math.max(1, BLOCK_PRODUCTS / Math.max(gallery.size(), gallery.dimension()));
    return new ExactSearch(gallery, distance, parent, blockRows);
  }

  /**
   * Returns one result for each query, in the order of the queries, with {@code depth} neighbors or
   * all there are.
   *
   * @param queries N x dimension of the gallery
   * @param depth number of neighbors, at least 1; see {@link Scope}
   * @throws IllegalArgumentException if the dimensions differ, {@code depth} is not positive or an
   *     embedding is not finite
   */
  public List<QueryResult> search(EmbeddingSet queries, int depth) {
    return search(queries, new Scope(depth, false));
  }

  /** As {@link #search(EmbeddingSet, int)}, with as many ranks as the scope says. */
  public List<QueryResult> search(EmbeddingSet queries, Scope scope) {
    return search(queries, scope, result -> result);
  }

  /**
   * Returns what is made of each query's result, in the order of the queries. Only that is kept:
   * the ranks of a large class take more memory than the embeddings.
   *
   * @param queries N x dimension of the gallery
   * @param scope how much to find out
   * @param use called once for each query, from several threads
   * @throws IllegalArgumentException if the dimensions differ or an embedding is not finite
   */
  public <T> List<T> search(EmbeddingSet queries, Scope scope, Function<QueryResult, T> use) {
    if (queries.dimension() != gallery.dimension()) {
      throw new IllegalArgumentException(
          "The dimension (%d) of the queries must be that of the gallery (%d)."
              .formatted(queries.dimension(), gallery.dimension()));
    }
    Task task =
        new Task(
            gallery,
            rows,
            index,
            firstEqualRows,
            queries,
            Rows.of(queries, "queries"),
            distance,
            scope.depth());
    List<T> results = new ArrayList<>(Collections.nCopies(queries.size(), null));
    int[] open = IntStream.range(0, queries.size()).toArray();
    try (FineSearch fine = new FineSearch(task, workers, blockRows, manager)) {
      fine.search(open, (query, result) -> results.set(query, use.apply(result)));
    }
    return Collections.unmodifiableList(results);
  }

  /** Frees what the search holds on the device. */
  @Override
  public void close() {
    workers.close();
    manager.close();
  }
}
