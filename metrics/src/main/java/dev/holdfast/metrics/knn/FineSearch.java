package dev.holdfast.metrics.knn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.holdfast.metrics.QueryResult;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Ranks the whole gallery for some queries, from products in double. Memory is that of the gallery
 * in double and of one block of products.
 */
final class FineSearch implements AutoCloseable {

  private static final int COLUMNS = 4096;

  private final Task task;
  private final Workers workers;
  private final int blockRows;
  private final NDManager manager;
  private final List<NDArray> transposed = new ArrayList<>();
  private final Stage stage;
  private final double scale;

  /** Takes the result for one query; called from several threads. */
  interface Use {
    void accept(int query, QueryResult result);
  }

  /**
   * @param blockRows number of queries in one block
   */
  FineSearch(Task task, Workers workers, int blockRows, NDManager parent) {
    this.task = task;
    this.workers = workers;
    this.blockRows = blockRows;
    this.scale = FineRanking.scale(task);
    this.manager = parent.newSubManager();
    int size = task.gallery().size();
    for (int first = 0; first < size; first += COLUMNS) {
      NDArray block = task.galleryRows().doubles(first, Math.min(COLUMNS, size - first), manager);
      transposed.add(block.transpose());
    }
    this.stage = new Stage(manager, DataType.FLOAT64, blockRows * size);
  }

  /** Ranks the gallery for the queries in the given rows. */
  void search(int[] queries, Use use) {
    for (int first = 0; first < queries.length; first += blockRows) {
      int start = first;
      int count = Math.min(blockRows, queries.length - start);
      multiply(queries, start, count);
      workers.split(
          count,
          (from, to) -> {
            FineRanking ranking = new FineRanking(task, scale);
            for (int i = from; i < to; i++) {
              int query = queries[start + i];
              copy(i, count, ranking.products());
              use.accept(query, ranking.rank(query));
            }
          });
    }
  }

  /** Leaves count x COLUMNS products for each part of the gallery on the stage. */
  private void multiply(int[] queries, int start, int count) {
    try (NDManager block = manager.newSubManager()) {
      NDArray left = task.queryRows().doubles(queries, start, count, block);
      int offset = 0;
      for (NDArray right : transposed) {
        stage.multiply(left, right, offset);
        offset += count * (int) right.getShape().get(1);
      }
    }
  }

  /** Brings the parts of one row together. */
  private void copy(int row, int count, double[] products) {
    DoubleBuffer buffer = stage.memory().asDoubleBuffer();
    for (int first = 0; first < products.length; first += COLUMNS) {
      int columns = Math.min(COLUMNS, products.length - first);
      buffer.get(count * first + row * columns, products, first, columns);
    }
  }

  @Override
  public void close() {
    stage.close();
    manager.close();
  }
}
