package dev.holdfast.metrics.knn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Exact nearest-neighbor search in a fixed gallery.
 *
 * <p>The engine multiplies blocks of queries with the gallery in float32; what that leaves open is
 * computed in double, in one fixed order of summation. Results therefore depend neither on the
 * order of the queries nor on block size, threads or device. Beyond the gallery and the results,
 * memory is that of one block. Numbers of any magnitude that float32 holds are fine.
 *
 * <p>Gallery rows that have the id of the query are not searched. Two items tie if their doubles
 * are equal: squared distances for {@link Distance#EUCLIDEAN}, distances for {@link
 * Distance#COSINE}.
 */
public final class ExactSearch implements AutoCloseable {

  private static final int BLOCK_PRODUCTS = 1 << 22;

  private final EmbeddingSet gallery;
  private final Distance distance;
  private final int blockRows;
  private final Rows rows;
  private final int[] firstEqualRows;
  private final NDManager manager;
  private final NDArray transposed;

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
    this.firstEqualRows = rows.firstEqualRows();
    this.manager = parent.newSubManager();
    this.transposed =
        manager
            .create(rows.unit(0, gallery.size()), new Shape(gallery.size(), gallery.dimension()))
            .transpose();
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
   * Returns one result for each query, in the order of the queries. With R relevant items in the
   * gallery, a query gets max(depth, R) neighbors, or all there are.
   *
   * @param queries N x dimension of the gallery
   * @param depth number of neighbors, at least 1
   * @throws IllegalArgumentException if the dimensions differ, {@code depth} is not positive or an
   *     embedding is not finite
   */
  public List<QueryResult> search(EmbeddingSet queries, int depth) {
    if (queries.dimension() != gallery.dimension()) {
      throw new IllegalArgumentException(
          "The dimension (%d) of the queries must be that of the gallery (%d)."
              .formatted(queries.dimension(), gallery.dimension()));
    }
    if (depth < 1) {
      throw new IllegalArgumentException("The depth (" + depth + ") must be at least 1.");
    }
    Rows queryRows = Rows.of(queries, "queries");
    List<QueryResult> results = new ArrayList<>(queries.size());
    for (int first = 0; first < queries.size(); first += blockRows) {
      int start = first;
      int count = Math.min(blockRows, queries.size() - start);
      float[] products = products(queryRows.unit(start, count), count);
      IntStream.range(0, count)
          .parallel()
          .mapToObj(
              i ->
                  new QueryRanking(
                          gallery,
                          rows,
                          firstEqualRows,
                          distance,
                          queries,
                          queryRows,
                          start + i,
                          products,
                          i * gallery.size())
                      .rank(depth))
          .forEachOrdered(results::add);
    }
    return results;
  }

  private float[] products(float[] unitRows, int count) {
    try (NDManager block = manager.newSubManager()) {
      return block
          .create(unitRows, new Shape(count, gallery.dimension()))
          .matMul(transposed)
          .toFloatArray();
    }
  }

  /** Frees the gallery's memory on the device. */
  @Override
  public void close() {
    manager.close();
  }
}
