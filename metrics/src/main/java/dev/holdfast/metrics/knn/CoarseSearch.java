package dev.holdfast.metrics.knn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.holdfast.metrics.Distance;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds the nearest items of each query: products in float32 leave a short list, which is ranked
 * exactly. Where queries and gallery are the same rows, each product serves both of its items, and
 * the threads select together what the engine has multiplied. Otherwise each thread has queries of
 * its own: while it selects, the engine multiplies for another one, and nobody waits. Memory is
 * that of the gallery in float32, of one block of products for each thread, and of the lists.
 *
 * <p>A score is larger the nearer the item: the cosine, or, with a = 2^-x q and b = 2^-y g no
 * longer than 1, the inner product {@code a.b}, or {@code a.b - 2^(y-x) |b|^2 / 2}, from which the
 * squared Euclidean distance differs by a factor and by a number of the query alone.
 *
 * <p>What a score may be off: a float32 dot product of D terms is off by at most {@code D u / (1 -
 * D u)} times the norms of its factors, whatever the order of summation, with u = 2^-24 (Higham,
 * "Accuracy and stability of numerical algorithms", 2002, section 3.1); rounding unit rows adds 2 u
 * for the cosine, rounding the square and the difference 2 u each to the other. For the cosine, 8
 * in place of 2 leaves room for all else. For the other, {@code (D + 8) 2^-23} is about twice what
 * is needed, the arithmetic of the exact keys adds a term with 2^-50 for u, and products that
 * vanish add D 2^-120.
 */
final class CoarseSearch implements AutoCloseable {

  /** Norms of queries and gallery may be so many powers of 2 apart. */
  private static final int MOST_APART = 60;

  /** Lists of all queries at a time take at most so many numbers of 8 bytes. */
  private static final long LISTS = 1L << 25;

  /** Queries that must not see this part of the gallery are left out. */
  private static final int MOST_EXCLUDED = 8;

  private final Task task;
  private final Workers workers;
  private final int blockSize;
  private final NDManager manager;
  private final int queryExponent;
  private final List<NDArray> columns;
  private final boolean hasSquares;
  private final float[] halfSquares;
  private final double[] margins;

  /** Takes the items near one query; called from several threads. */
  interface Use {

    /**
     * @param nearest nearest first, or null where float32 leaves too many open
     */
    void accept(int query, Nearest nearest);
  }

  /** Takes what a list holds at the end, or null; called from several threads. */
  private interface Found {
    void accept(int query, long[] taken);
  }

  /**
   * @param blockSize number of gallery rows in one block
   */
  CoarseSearch(Task task, Workers workers, int blockSize, NDManager parent) {
    this.task = task;
    this.workers = workers;
    this.blockSize = blockSize;
    this.manager = parent.newSubManager();
    boolean cosine = task.distance() == Distance.COSINE;
    this.queryExponent = cosine ? 0 : task.queryRows().exponent();
    int y = cosine ? 0 : task.galleryRows().exponent();
    this.columns = columns(y);
    double ratio = Math.scalb(1.0, y - queryExponent);
    this.hasSquares = task.distance() == Distance.EUCLIDEAN;
    this.halfSquares = new float[task.gallery().size()];
    double longest = 0;
    for (int item = 0; item < halfSquares.length && !cosine; item++) {
      double square = Math.scalb(task.galleryRows().square(item), -2 * y);
      halfSquares[item] = (float) (ratio * square / 2);
      longest = Math.max(longest, square);
    }
    int terms = task.galleryRows().dimension() + 8;
    this.margins = new double[task.queries().size()];
    for (int query = 0; query < margins.length; query++) {
      double square = Math.scalb(task.queryRows().square(query), -2 * queryExponent);
      margins[query] =
          cosine
              ? terms * 0x1p-24 / Math.max(0, 1 - terms * 0x1p-24)
              : terms * 0x1p-23 * Math.sqrt(square * longest)
                  + (hasSquares ? ofSquares(square, ratio, longest, terms) : 0)
                  + terms * 0x1p-120;
    }
  }

  /** Returns what squares add to what a score may be off. */
  private static double ofSquares(double square, double ratio, double longest, int terms) {
    return 0x1p-22 * ratio * longest + terms * 0x1p-50 * (square / ratio + ratio * longest);
  }

  /** Whether scores of this task fit into float32. */
  static boolean suits(Task task) {
    return task.distance() != Distance.EUCLIDEAN
        || Math.abs(task.queryRows().exponent() - task.galleryRows().exponent()) <= MOST_APART;
  }

  private List<NDArray> columns(int exponent) {
    int size = task.gallery().size();
    NDArray[] blocks = new NDArray[(size + blockSize - 1) / blockSize];
    workers.split(
        blocks.length,
        (from, to) -> {
          for (int j = from; j < to; j++) {
            int first = j * blockSize;
            int count = Math.min(blockSize, size - first);
            blocks[j] = factor(task.galleryRows(), first, count, exponent, manager);
          }
        });
    return List.of(blocks);
  }

  private NDArray factor(Rows of, int first, int count, int exponent, NDManager owner) {
    return task.distance() == Distance.COSINE
        ? of.unit(first, count, owner)
        : of.scaled(first, count, exponent, owner);
  }

  private boolean isSymmetric() {
    return task.queryRows() == task.galleryRows();
  }

  /**
   * Finds as many items as asked for, or all that the query sees.
   *
   * @param counts for each query how many; 0 for a query that is left out
   * @param withKeys whether keys are asked for; otherwise some are NaN
   */
  void search(int[] counts, boolean withKeys, Use use) {
    int[] listed = new int[counts.length];
    Arrays.setAll(listed, query -> counts[query] == 0 ? 0 : listed(query, counts[query]));
    long memory = Arrays.stream(listed).mapToLong(Shortlist::memory).sum();
    Found found =
        (query, taken) -> use.accept(query, ranked(query, taken, counts[query], withKeys));
    if (isSymmetric() && memory <= LISTS) {
      searchBothWays(listed, found);
    } else {
      searchEach(listed, found);
    }
  }

  /** Offers each product to both of its items. */
  private void searchBothWays(int[] listed, Found found) {
    Shortlist lists = new Shortlist(listed, margins);
    try (Stage stage = new Stage(manager, DataType.FLOAT32, blockSize * blockSize)) {
      for (int i = 0; i < columns.size(); i++) {
        int first = i * blockSize;
        int count = (int) columns.get(i).getShape().get(0);
        for (int j = i; j < columns.size(); j++) {
          int firstItem = j * blockSize;
          int items = (int) columns.get(j).getShape().get(0);
          FloatBuffer block = multiply(stage, columns.get(i), columns.get(j));
          // The lists of rows and of columns are those of different queries.
          workers.split(
              i == j ? count : count + items,
              (from, to) -> {
                alongRows(block, lists, first, from, Math.min(to, count), firstItem, items);
                if (to > count) {
                  int left = Math.max(from - count, 0);
                  alongColumns(block, lists, first, count, left, to - count, firstItem, items);
                }
              });
        }
        workers.split(
            count,
            (from, to) -> {
              for (int query = first + from; query < first + to; query++) {
                found.accept(query, lists.take(query));
              }
            });
      }
    }
  }

  /** Searches for one block of queries after another, in each thread. */
  private void searchEach(int[] listed, Found found) {
    int threads = workers.threads();
    // As many blocks for every thread, if possible.
    int rounds = Math.max(1, (int) Math.ceil(listed.length / ((double) blockSize * threads)));
    int height = Math.max(1, (int) Math.ceil(listed.length / ((double) rounds * threads)));
    AtomicInteger next = new AtomicInteger();
    workers.all(
        () -> {
          try (Stage stage = new Stage(manager, DataType.FLOAT32, height * blockSize)) {
            for (int first; (first = next.getAndAdd(height)) < listed.length; ) {
              searchRows(first, Math.min(height, listed.length - first), listed, stage, found);
            }
          }
        });
  }

  private void searchRows(int first, int count, int[] listed, Stage stage, Found found) {
    Shortlist lists =
        new Shortlist(
            Arrays.copyOfRange(listed, first, first + count),
            Arrays.copyOfRange(margins, first, first + count));
    try (NDManager temporary = manager.newSubManager()) {
      NDArray rows = factor(task.queryRows(), first, count, queryExponent, temporary);
      for (int j = 0; j < columns.size(); j++) {
        int items = (int) columns.get(j).getShape().get(0);
        FloatBuffer block = multiply(stage, rows, columns.get(j));
        alongRows(block, lists, 0, 0, count, j * blockSize, items);
      }
    }
    for (int query = first; query < first + count; query++) {
      found.accept(query, lists.take(query - first));
    }
  }

  /** Returns how long a list has to be: what the query must not see is only left out at the end. */
  private int listed(int query, int count) {
    int size = task.gallery().size();
    int excluded = task.view(query).excluded().length;
    return excluded > size / MOST_EXCLUDED ? 0 : Math.min(count, size) + excluded;
  }

  private static FloatBuffer multiply(Stage stage, NDArray left, NDArray right) {
    return stage.rowProducts(left, right).asFloatBuffer();
  }

  /** Offers each query the items of its row of the block. */
  private void alongRows(
      FloatBuffer block,
      Shortlist lists,
      int firstList,
      int from,
      int to,
      int firstItem,
      int items) {
    float[] scores = new float[items];
    float[] above = new float[items];
    for (int row = from; row < to; row++) {
      block.get(row * items, scores);
      for (int i = 0; i < items && hasSquares; i++) {
        scores[i] -= halfSquares[firstItem + i];
      }
      lists.offer(firstList + row, firstItem, scores, above);
    }
  }

  /** Offers each item, taken as a query, the queries of its column, taken as items. */
  private void alongColumns(
      FloatBuffer block,
      Shortlist lists,
      int first,
      int count,
      int from,
      int to,
      int firstItem,
      int items) {
    float[] scores = new float[to - from];
    float[] above = new float[to - from];
    for (int row = 0; row < count; row++) {
      block.get(row * items + from, scores);
      float halfSquare = halfSquares[first + row];
      for (int i = 0; i < scores.length && hasSquares; i++) {
        scores[i] -= halfSquare;
      }
      lists.offerEach(firstItem + from, first + row, scores, above);
    }
  }

  /** Ranks what is left of a list, or of none. */
  private Nearest ranked(int query, long[] listed, int count, boolean withKeys) {
    if (listed == null) {
      return null;
    }
    GalleryIndex.View view = task.view(query);
    long[] seen = new long[listed.length];
    int[] items = new int[listed.length];
    int size = 0;
    for (long one : listed) {
      int item = Shortlist.item(one);
      if (!view.excludes(item)) {
        seen[size] = one;
        items[size++] = item;
      }
    }
    items = Arrays.copyOf(items, size);
    return withKeys
        ? Nearest.of(task, query, items, task.keys(query, items), count)
        : inOrder(query, seen, items, count);
  }

  /** Ranks by score, and exactly only where scores do not tell: keys take long to compute. */
  private Nearest inOrder(int query, long[] seen, int[] items, int count) {
    double unclear = 2 * margins[query];
    int[] ends = new int[items.length];
    int[] open = new int[items.length];
    int opened = 0;
    int used = 0;
    for (int start = 0; start < Math.min(count, items.length); start = used) {
      used = start + 1;
      while (used < items.length
          && (double) Shortlist.score(seen[used - 1]) - Shortlist.score(seen[used]) <= unclear) {
        used++;
      }
      ends[start] = used;
      for (int i = start; i < used && used > start + 1; i++) {
        open[opened++] = items[i];
      }
    }
    double[] openKeys = task.keys(query, Arrays.copyOf(open, opened));
    double[] keys = new double[used];
    int next = 0;
    for (int start = 0; start < used; start = ends[start]) {
      int size = ends[start] - start;
      keys[start] = Double.NaN;
      if (size > 1) {
        int[] some = Arrays.copyOfRange(items, start, start + size);
        double[] someKeys = Arrays.copyOfRange(openKeys, next, next + size);
        Nearest sorted = Nearest.of(task, query, some, someKeys, size);
        System.arraycopy(sorted.items(), 0, items, start, size);
        System.arraycopy(sorted.keys(), 0, keys, start, size);
        next += size;
      }
    }
    int size = Math.min(count, used);
    return new Nearest(Arrays.copyOf(items, size), Arrays.copyOf(keys, size));
  }

  @Override
  public void close() {
    manager.close();
  }
}
