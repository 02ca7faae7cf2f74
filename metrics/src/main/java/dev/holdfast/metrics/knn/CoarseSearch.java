package dev.holdfast.metrics.knn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.holdfast.metrics.Distance;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the nearest items of each query: products in float32 leave a short list, which is ranked
 * exactly. Where queries and gallery are the same rows, each product serves both of its items.
 * Memory is that of the rows in float32, of one block of products, and of the lists.
 *
 * <p>A score is larger the nearer the item: the cosine, or, with a = 2^-x q and b = 2^-y g no
 * longer than 1, {@code a.b - 2^(y-x) |b|^2 / 2}, from which the squared Euclidean distance differs
 * by a factor and by a number of the query alone.
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
  private final int blockRows;
  private final NDManager manager;
  private final List<NDArray> columns;
  private final List<NDArray> rows;
  private final boolean hasSquares;
  private final float[] halfSquares;
  private final Stage stage;
  private final double[] margins;

  /** Takes the items near one query; called from several threads. */
  interface Use {

    /**
     * @param nearest nearest first, or null where float32 leaves too many open
     */
    void accept(int query, Nearest nearest);
  }

  /**
   * @param blockRows number of rows and of columns in one block
   */
  CoarseSearch(Task task, Workers workers, int blockRows, NDManager parent) {
    this.task = task;
    this.workers = workers;
    this.blockRows = blockRows;
    this.manager = parent.newSubManager();
    boolean cosine = task.distance() == Distance.COSINE;
    int x = cosine ? 0 : task.queryRows().exponent();
    int y = cosine ? 0 : task.galleryRows().exponent();
    this.columns = blocks(task.galleryRows(), y);
    this.rows = isSymmetric() ? columns : blocks(task.queryRows(), x);
    this.stage = new Stage(manager, DataType.FLOAT32, blockRows * blockRows);
    double ratio = Math.scalb(1.0, y - x);
    this.hasSquares = !cosine;
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
      double square = Math.scalb(task.queryRows().square(query), -2 * x);
      margins[query] =
          cosine
              ? terms * 0x1p-24 / Math.max(0, 1 - terms * 0x1p-24)
              : terms * 0x1p-23 * Math.sqrt(square * longest)
                  + 0x1p-22 * ratio * longest
                  + terms * 0x1p-50 * (square / ratio + ratio * longest)
                  + terms * 0x1p-120;
    }
  }

  /** Whether scores of this task fit into float32. */
  static boolean suits(Task task) {
    return task.distance() == Distance.COSINE
        || Math.abs(task.queryRows().exponent() - task.galleryRows().exponent()) <= MOST_APART;
  }

  private List<NDArray> blocks(Rows of, int exponent) {
    List<NDArray> blocks = new ArrayList<>();
    for (int first = 0; first < of.size(); first += blockRows) {
      int count = Math.min(blockRows, of.size() - first);
      blocks.add(
          task.distance() == Distance.COSINE
              ? of.unit(first, count, manager)
              : of.scaled(first, count, exponent, manager));
    }
    return blocks;
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
    boolean both = isSymmetric() && memory <= LISTS;
    Shortlist shared = both ? new Shortlist(listed, margins) : null;
    for (int i = 0; i < rows.size(); i++) {
      int first = i * blockRows;
      int count = (int) rows.get(i).getShape().get(0);
      int offset = both ? 0 : first;
      Shortlist lists =
          both
              ? shared
              : new Shortlist(
                  Arrays.copyOfRange(listed, first, first + count),
                  Arrays.copyOfRange(margins, first, first + count));
      for (int j = both ? i : 0; j < columns.size(); j++) {
        int firstItem = j * blockRows;
        int items = (int) columns.get(j).getShape().get(0);
        FloatBuffer block = multiply(rows.get(i), columns.get(j));
        // The lists of rows and of columns are those of different queries.
        workers.split(
            both && i != j ? count + items : count,
            (from, to) -> {
              alongRows(block, lists, first - offset, from, Math.min(to, count), firstItem, items);
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
              long[] taken = lists.take(query - offset);
              use.accept(
                  query, taken == null ? null : ranked(query, taken, counts[query], withKeys));
            }
          });
    }
  }

  /** Returns how long a list has to be: what the query must not see is only left out at the end. */
  private int listed(int query, int count) {
    int size = task.gallery().size();
    int excluded = task.view(query).excluded().length;
    return excluded > size / MOST_EXCLUDED ? 0 : Math.min(count, size) + excluded;
  }

  private FloatBuffer multiply(NDArray left, NDArray right) {
    try (NDArray turned = right.transpose()) {
      return stage.product(left, turned).asFloatBuffer();
    }
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
    for (int row = from; row < to; row++) {
      block.get(row * items, scores);
      for (int i = 0; i < items && hasSquares; i++) {
        scores[i] -= halfSquares[firstItem + i];
      }
      lists.offer(firstList + row, firstItem, scores);
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
    for (int row = 0; row < count; row++) {
      block.get(row * items + from, scores);
      float halfSquare = halfSquares[first + row];
      for (int i = 0; i < scores.length && hasSquares; i++) {
        scores[i] -= halfSquare;
      }
      lists.offerEach(firstItem + from, first + row, scores);
    }
  }

  private Nearest ranked(int query, long[] listed, int count, boolean withKeys) {
    GalleryIndex.View view = task.view(query);
    long[] seen =
        Arrays.stream(listed).filter(one -> !view.excludes(Shortlist.item(one))).toArray();
    int[] items = Arrays.stream(seen).mapToInt(Shortlist::item).toArray();
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
    stage.close();
    manager.close();
  }
}
