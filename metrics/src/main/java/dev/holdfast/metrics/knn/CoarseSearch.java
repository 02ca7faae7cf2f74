package dev.holdfast.metrics.knn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.Watch;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

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

  private static final String SEARCHING = "searching";

  private final Task task;
  private final Workers workers;
  private final int blockSize;
  private final NDManager manager;
  private final int queryExponent;
  private final int galleryExponent;
  private final List<NDArray> columns;
  private final boolean hasSquares;
  private final float[] halfSquares;
  private final double[] margins;

  /** By how much the arithmetic of exact keys may move a score. */
  private final double[] keyMargins;

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
    this.galleryExponent = y;
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
    this.keyMargins = new double[margins.length];
    for (int query = 0; query < margins.length; query++) {
      double square = Math.scalb(task.queryRows().square(query), -2 * queryExponent);
      keyMargins[query] =
          switch (task.distance()) {
            case COSINE -> terms * 0x1p-51;
            case DOT -> terms * 0x1p-51 * Math.sqrt(square * longest);
            case EUCLIDEAN -> terms * 0x1p-50 * (square / ratio + ratio * longest);
          };
      margins[query] =
          cosine
              ? terms * 0x1p-24 / Math.max(0, 1 - terms * 0x1p-24)
              : terms * 0x1p-23 * Math.sqrt(square * longest)
                  + (hasSquares ? 0x1p-22 * ratio * longest + keyMargins[query] : 0)
                  + terms * 0x1p-120;
    }
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
            int[] rows = IntStream.range(first, first + count).toArray();
            blocks[j] = factor(task.galleryRows(), rows, 0, count, exponent, manager);
          }
        });
    return List.of(blocks);
  }

  private NDArray factor(Rows of, int[] rows, int start, int count, int exponent, NDManager owner) {
    return task.distance() == Distance.COSINE
        ? of.unit(rows, start, count, owner)
        : of.scaled(rows, start, count, exponent, owner);
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
  void search(int[] counts, boolean withKeys, Use use, Watch watch) {
    int[] listed = new int[counts.length];
    Arrays.setAll(listed, query -> counts[query] == 0 ? 0 : listed(query, counts[query]));
    long memory = Arrays.stream(listed).mapToLong(Shortlist::memory).sum();
    Found found =
        (query, taken) -> use.accept(query, ranked(query, taken, counts[query], withKeys));
    if (isSymmetric() && memory <= LISTS) {
      searchBothWays(listed, found, watch);
    } else {
      searchEach(listed, found, watch);
    }
  }

  /** Offers each product to both of its items. */
  private void searchBothWays(int[] listed, Found found, Watch watch) {
    Shortlist lists = new Shortlist(listed, margins);
    long pairs = (long) columns.size() * (columns.size() + 1) / 2;
    long done = 0;
    try (Stage stage = new Stage(manager, DataType.FLOAT32, blockSize * blockSize)) {
      for (int i = 0; i < columns.size(); i++) {
        int first = i * blockSize;
        int count = (int) columns.get(i).getShape().get(0);
        for (int j = i; j < columns.size(); j++) {
          int firstItem = j * blockSize;
          int items = (int) columns.get(j).getShape().get(0);
          FloatBuffer block = multiply(stage, columns.get(i), columns.get(j));
          watch.step(SEARCHING, done++, pairs);
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
  private void searchEach(int[] listed, Found found, Watch watch) {
    int[] queries = IntStream.range(0, listed.length).toArray();
    eachBlock(
        queries,
        blockSize,
        SEARCHING,
        watch,
        (first, count, blocks) -> {
          Shortlist lists =
              new Shortlist(
                  Arrays.copyOfRange(listed, first, first + count),
                  Arrays.copyOfRange(margins, first, first + count));
          blocks.forEach(
              (block, firstItem, items) -> alongRows(block, lists, 0, 0, count, firstItem, items));
          for (int query = first; query < first + count; query++) {
            found.accept(query, lists.take(query - first));
          }
        });
  }

  /** Takes the products of some queries with a part of the gallery. */
  private interface Block {
    void accept(FloatBuffer products, int firstItem, int items);
  }

  /** The products of some queries with the gallery, part by part. */
  private interface Blocks {
    void forEach(Block use);
  }

  /** Takes a part of the queries that were asked for. */
  private interface Part {
    void accept(int first, int count, Blocks blocks);
  }

  /**
   * Goes through queries, one part after another in each thread.
   *
   * @param most number of queries in a part
   */
  private void eachBlock(int[] queries, int most, String work, Watch watch, Part part) {
    int threads = workers.threads();
    // As many blocks for every thread, if possible.
    int rounds = Math.max(1, (int) Math.ceil(queries.length / ((double) most * threads)));
    int height = RowProducts.even((int) Math.ceil(queries.length / ((double) rounds * threads)));
    AtomicInteger next = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    workers.all(
        () -> {
          try (Stage stage = new Stage(manager, DataType.FLOAT32, height * blockSize)) {
            for (int first; (first = next.getAndAdd(height)) < queries.length; ) {
              int start = first;
              int count = Math.min(height, queries.length - first);
              try (NDManager temporary = manager.newSubManager()) {
                NDArray rows =
                    factor(task.queryRows(), queries, start, count, queryExponent, temporary);
                part.accept(
                    start,
                    count,
                    use -> {
                      for (int j = 0; j < columns.size(); j++) {
                        int items = (int) columns.get(j).getShape().get(0);
                        use.accept(multiply(stage, rows, columns.get(j)), j * blockSize, items);
                      }
                    });
              }
              int sum = done.addAndGet(count);
              synchronized (done) {
                watch.step(work, sum, queries.length);
              }
            }
          }
        });
  }

  /** Takes where relevant items stand; called from several threads. */
  interface UseRanks {

    /**
     * @param ranks of relevant items, ascending, or null where float32 leaves too many open
     * @param nearest key of the nearest relevant item
     */
    void accept(int query, int[] ranks, double nearest);
  }

  /**
   * Ranks relevant items wherever they are.
   *
   * @param queries that have any
   * @param all whether all are to be ranked, or the first one
   */
  void rank(int[] queries, boolean all, UseRanks use, Watch watch) {
    int bands =
        all ? IntStream.of(queries).map(q -> task.view(q).relevantCount()).max().orElse(1) : 1;
    int most = Math.max(1, blockSize / (Standings.buckets(bands) / Standings.buckets(1)));
    eachBlock(
        queries,
        most,
        "ranking",
        watch,
        (first, count, blocks) -> {
          Standings[] standings = new Standings[count];
          double[] nearest = new double[count];
          for (int i = 0; i < count; i++) {
            int query = queries[first + i];
            double[] keys = task.keys(query, task.view(query).relevant());
            Arrays.sort(keys);
            nearest[i] = keys[0];
            standings[i] = standings(query, all ? keys : Arrays.copyOf(keys, 1));
          }
          Standings.Room room = new Standings.Room();
          blocks.forEach(
              (block, firstItem, items) -> {
                float[] scores = new float[items];
                for (int row = 0; row < count; row++) {
                  scores(block, row, firstItem, scores);
                  standings[row].offer(firstItem, scores, room);
                }
              });
          for (int i = 0; i < count; i++) {
            use.accept(queries[first + i], standings[i].ranks(), nearest[i]);
          }
        });
  }

  /** Returns the score that an exact key stands for. */
  private double score(int query, double key) {
    int exponent = -queryExponent - galleryExponent;
    return switch (task.distance()) {
      case COSINE -> 1 - key;
      case DOT -> Math.scalb(-key, exponent);
      case EUCLIDEAN -> Math.scalb(task.queryRows().square(query) - key, exponent - 1);
    };
  }

  private Standings standings(int query, double[] keys) {
    double[] scores = Arrays.stream(keys).map(key -> score(query, key)).toArray();
    double margin = margins[query] + 2 * keyMargins[query];
    return new Standings(task, query, keys, scores, margin, task.view(query).relevantOrExcluded());
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
      scores(block, row, firstItem, scores);
      lists.offer(firstList + row, firstItem, scores, above);
    }
  }

  private void scores(FloatBuffer block, int row, int firstItem, float[] scores) {
    block.get(row * scores.length, scores);
    for (int i = 0; i < scores.length && hasSquares; i++) {
      scores[i] -= halfSquares[firstItem + i];
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
