package dev.holdfast.metrics.knn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.Ranks;
import dev.holdfast.metrics.Watch;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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
 * for the cosine; rounding the square of the item and the difference adds u times the first factor
 * and 2 u times half of the square to the other. Here, 8 more terms in place of 2 leave room for
 * all else; the arithmetic of the exact keys adds a term with 2^-50 for u, and products that vanish
 * add D 2^-120.
 */
final class CoarseSearch implements AutoCloseable {

  /** Norms of queries and gallery may be so many powers of 2 apart. */
  private static final int MOST_APART = 60;

  /** Lists of all queries at a time take at most so many numbers of 8 bytes. */
  private static final long LISTS = 1L << 25;

  /** Queries that must not see this part of the gallery are left out. */
  private static final int MOST_EXCLUDED = 8;

  /** With fewer items in the gallery, it does not matter how they are ranked. */
  private static final int FEW_TO_RANK = 1 << 12;

  private static final int SAMPLED_QUERIES = 128;
  private static final int SAMPLED_ITEMS = 1024;

  private static final String SEARCHING = "searching";
  private static final String RANKING = "ranking";

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

  /** What stands where, if it was counted in the search; otherwise null. */
  private BandCounts counted;

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
      double product = terms * 0x1p-24 / Math.max(0, 1 - terms * 0x1p-24);
      margins[query] =
          cosine
              ? product
              : product * Math.sqrt(square * longest)
                  + (hasSquares ? 0x1p-23 * ratio * longest + keyMargins[query] : 0)
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
   * @param scope without distances some keys are NaN, and beyond its neighbors, items that are
   *     relevant alike are in any order where scores do not tell
   */
  void search(int[] counts, Scope scope, Use use, Watch watch) {
    int[] listed = new int[counts.length];
    Arrays.setAll(listed, query -> counts[query] == 0 ? 0 : listed(query, counts[query]));
    long memory = Arrays.stream(listed).mapToLong(Shortlist::memory).sum();
    Found found = (query, taken) -> use.accept(query, ranked(query, taken, counts[query], scope));
    if (isSymmetric() && memory <= LISTS) {
      if (scope.ranks() == Ranks.ALL && mostStayOpen(counts)) {
        int[] ranked =
            IntStream.range(0, counts.length)
                .filter(query -> counts[query] > 0 && task.view(query).relevantCount() > 0)
                .toArray();
        counted = suitsBands(ranked, true) ? bandCounts(ranked, true) : null;
      }
      searchBothWays(listed, found, watch);
    } else {
      searchEach(listed, found, watch);
    }
  }

  /** Returns for each item what makes scores of its products, or null where they are scores. */
  private float[] takenOff() {
    return hasSquares ? halfSquares : null;
  }

  /** Offers each product to both of its items. */
  private void searchBothWays(int[] listed, Found found, Watch watch) {
    Shortlist lists = new Shortlist(listed, margins, takenOff());
    eachPair(
        SEARCHING,
        watch,
        block -> {
          offer(block, lists);
          if (counted != null) {
            offer(block, counted);
          }
          if (block.firstColumn() + block.columns() == listed.length) {
            // Nothing more comes for these rows.
            workers.split(
                block.rows(),
                (from, to) -> {
                  for (int query = block.first() + from; query < block.first() + to; query++) {
                    found.accept(query, lists.take(query));
                  }
                });
          }
        });
  }

  /** Takes all products of rows with themselves, each pair of blocks once. */
  private void eachPair(String work, Watch watch, Consumer<Products> use) {
    long pairs = (long) columns.size() * (columns.size() + 1) / 2;
    long done = 0;
    try (Stage stage = new Stage(manager, DataType.FLOAT32, blockSize * blockSize)) {
      for (int i = 0; i < columns.size(); i++) {
        for (int j = i; j < columns.size(); j++) {
          int rows = (int) columns.get(i).getShape().get(0);
          Products block = multiply(stage, columns.get(i), i * blockSize, rows, j);
          watch.step(work, done++, pairs);
          use.accept(block);
        }
      }
    }
  }

  /**
   * Offers each product of a block to its row and to its column. In each of several turns each
   * thread has some rows and some columns for itself, and reads their products once.
   */
  private void offer(Products block, ScoreLimits lists) {
    int parts = workers.threads();
    for (int turn = 0; turn < parts; turn++) {
      int offset = turn;
      workers.split(
          parts,
          (from, to) -> {
            for (int part = from; part < to; part++) {
              offer(block, lists, part, (part + offset) % parts, parts);
            }
          });
    }
  }

  private void offer(Products block, ScoreLimits lists, int rowPart, int columnPart, int parts) {
    int left = block.columns() * columnPart / parts;
    int right = block.columns() * (columnPart + 1) / parts;
    int firstColumn = block.firstColumn() + left;
    float[] products = new float[right - left];
    float[] above = new float[right - left];
    int end = block.rows() * (rowPart + 1) / parts;
    for (int row = block.rows() * rowPart / parts; row < end; row++) {
      block.read(row, left, products);
      lists.offer(block.first() + row, firstColumn, products, above);
      if (!block.isDiagonal()) {
        lists.offerEach(firstColumn, block.first() + row, products, above);
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
                  Arrays.copyOfRange(margins, first, first + count),
                  takenOff());
          blocks.forEach(block -> alongRows(block, lists, 0));
          for (int query = first; query < first + count; query++) {
            found.accept(query, lists.take(query - first));
          }
        });
  }

  /** The products of some queries with the gallery, part by part. */
  private interface Blocks {
    void forEach(Consumer<Products> use);
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
                        use.accept(multiply(stage, rows, start, count, j));
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

  /** Takes where the nearest relevant item stands; called from several threads. */
  interface UseRank {

    /**
     * @param rank 0 where it is beyond the depth or there is none, and -1 where float32 leaves too
     *     many open
     */
    void accept(int query, int rank);
  }

  /** Ranks the nearest relevant item of each query, if it is not beyond a depth. */
  void rankNearest(int depth, UseRank use, Watch watch) {
    int size = task.queries().size();
    NearestRanks ranks = new NearestRanks(task, depth, takenOff());
    workers.split(
        size,
        (from, to) -> {
          for (int query = from; query < to; query++) {
            double[] keys = task.keys(query, task.view(query).relevant());
            if (keys.length > 0) {
              double key = Arrays.stream(keys).min().getAsDouble();
              ranks.begin(query, key, score(query, key), bandMargin(query));
            }
          }
        });
    if (isSymmetric()) {
      eachPair(SEARCHING, watch, block -> offer(block, ranks));
    } else {
      eachBlock(
          IntStream.range(0, size).toArray(),
          blockSize,
          SEARCHING,
          watch,
          (first, count, blocks) -> blocks.forEach(block -> alongRows(block, ranks, first)));
    }
    workers.split(
        size,
        (from, to) -> {
          for (int query = from; query < to; query++) {
            use.accept(query, ranks.rank(query));
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
    if (counted == null && 2 * queries.length > task.gallery().size() && suitsBands(queries, all)) {
      counted = bandCounts(queries, all);
      eachPair(RANKING, watch, block -> offer(block, counted));
    }
    if (counted != null) {
      workers.split(
          queries.length,
          (from, to) -> {
            for (int i = from; i < to; i++) {
              use.accept(queries[i], counted.ranks(queries[i]), counted.nearest(queries[i]));
            }
          });
      return;
    }
    int bands = bands(queries, all);
    int most = Math.max(1, blockSize / (Standings.buckets(bands) / Standings.buckets(1)));
    eachBlock(
        queries,
        most,
        RANKING,
        watch,
        (first, count, blocks) -> {
          Standings[] standings = new Standings[count];
          double[] nearest = new double[count];
          for (int i = 0; i < count; i++) {
            int query = queries[first + i];
            double[] keys = relevantKeys(query, all);
            nearest[i] = keys[0];
            standings[i] =
                new Standings(
                    task,
                    query,
                    keys,
                    scores(query, keys),
                    bandMargin(query),
                    task.view(query).relevantOrExcluded());
          }
          Standings.Room room = new Standings.Room();
          blocks.forEach(
              block -> {
                float[] scores = new float[block.columns()];
                for (int row = 0; row < count; row++) {
                  scores(block, row, scores);
                  standings[row].offer(block.firstColumn(), scores, room);
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

  private double[] scores(int query, double[] keys) {
    return Arrays.stream(keys).map(key -> score(query, key)).toArray();
  }

  /** Returns by how much the score of an item may differ from that of an exact key. */
  private double bandMargin(int query) {
    return margins[query] + 2 * keyMargins[query];
  }

  /** Returns the keys of the relevant items, ascending, or that of the nearest alone. */
  private double[] relevantKeys(int query, boolean all) {
    double[] keys = task.keys(query, task.view(query).relevant());
    Arrays.sort(keys);
    return all ? keys : Arrays.copyOf(keys, 1);
  }

  private int bands(int[] queries, boolean all) {
    return all ? IntStream.of(queries).map(q -> task.view(q).relevantCount()).max().orElse(1) : 1;
  }

  /** Whether relevant items can be counted for each product in both of its directions. */
  private boolean suitsBands(int[] queries, boolean all) {
    return isSymmetric()
        && bands(queries, all) <= BandCounts.MOST_BANDS
        && IntStream.of(queries).mapToLong(q -> task.view(q).excluded().length).sum()
            <= (long) MOST_EXCLUDED * queries.length;
  }

  private BandCounts bandCounts(int[] queries, boolean all) {
    BandCounts counts = new BandCounts(task, bands(queries, all));
    double[][] keys = new double[queries.length][];
    workers.split(
        queries.length,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            keys[i] = relevantKeys(queries[i], all);
          }
        });
    for (int i = 0; i < queries.length; i++) {
      int query = queries[i];
      double[] scores = scores(query, keys[i]);
      int[] left = task.view(query).relevantOrExcluded();
      counts.add(query, keys[i], scores, bandMargin(query), left);
    }
    return counts;
  }

  /**
   * Guesses from parts of the queries and of the gallery whether lists of that length leave most
   * queries without ranks of all their relevant items: then they are counted at once. Only the time
   * depends on it.
   */
  private boolean mostStayOpen(int[] counts) {
    int size = task.gallery().size();
    if (size < FEW_TO_RANK) {
      return false;
    }
    int[] items =
        IntStream.range(0, SAMPLED_ITEMS)
            .map(i -> (int) ((long) size * i / SAMPLED_ITEMS))
            .toArray();
    int open = 0;
    for (int i = 0; i < SAMPLED_QUERIES; i++) {
      int query = (int) ((long) counts.length * i / SAMPLED_QUERIES);
      int[] relevant = task.view(query).relevant();
      if (counts[query] > 0 && relevant.length > 0) {
        double farthest = Arrays.stream(task.keys(query, relevant)).max().getAsDouble();
        long nearer = Arrays.stream(task.keys(query, items)).filter(key -> key < farthest).count();
        open += nearer * size / SAMPLED_ITEMS > counts[query] ? 1 : 0;
      }
    }
    return open > SAMPLED_QUERIES / 2;
  }

  /** Offers each product of a block to the counts of its column and of its row. */
  private void offer(Products block, BandCounts counts) {
    workers.split(
        block.columns(),
        (from, to) -> {
          BandCounts.Room room = new BandCounts.Room(to - from);
          int first = block.firstColumn() + from;
          block.eachRow(from, to, (item, products) -> offer(counts, first, item, products, room));
        });
    if (!block.isDiagonal()) {
      workers.split(
          block.rows(),
          (from, to) -> {
            BandCounts.Room room = new BandCounts.Room(to - from);
            int first = block.first() + from;
            block.eachColumn(
                from, to, (item, products) -> offer(counts, first, item, products, room));
          });
    }
  }

  /**
   * @param products of the item with queries in a row; they are changed
   */
  private void offer(
      BandCounts counts, int firstQuery, int item, float[] products, BandCounts.Room room) {
    float halfSquare = halfSquares[item];
    for (int i = 0; i < products.length && hasSquares; i++) {
      products[i] -= halfSquare;
    }
    counts.offer(firstQuery, item, products, room);
  }

  /** Returns how long a list has to be: what the query must not see is only left out at the end. */
  private int listed(int query, int count) {
    int size = task.gallery().size();
    int excluded = task.view(query).excluded().length;
    return excluded > size / MOST_EXCLUDED ? 0 : Math.min(count, size) + excluded;
  }

  private Products multiply(Stage stage, NDArray rows, int first, int count, int block) {
    NDArray others = columns.get(block);
    FloatBuffer numbers = stage.rowProducts(rows, others).asFloatBuffer();
    int size = (int) others.getShape().get(0);
    return new Products(numbers, first, count, block * blockSize, size);
  }

  /** Offers each query the items of its row of the block. */
  private void alongRows(Products block, ScoreLimits lists, int firstList) {
    float[] products = new float[block.columns()];
    float[] above = new float[block.columns()];
    for (int row = 0; row < block.rows(); row++) {
      block.read(row, 0, products);
      lists.offer(firstList + row, block.firstColumn(), products, above);
    }
  }

  private void scores(Products block, int row, float[] scores) {
    block.read(row, 0, scores);
    for (int i = 0; i < scores.length && hasSquares; i++) {
      scores[i] -= halfSquares[block.firstColumn() + i];
    }
  }

  /** Ranks what is left of a list, or of none. */
  private Nearest ranked(int query, long[] listed, int count, Scope scope) {
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
    return scope.distances()
        ? Nearest.of(task, query, items, task.keys(query, items), count)
        : inOrder(query, seen, items, count, scope.neighbors());
  }

  /** Ranks by score, and exactly only where scores do not tell: keys take long to compute. */
  private Nearest inOrder(int query, long[] seen, int[] items, int count, int neighbors) {
    double unclear = 2 * margins[query];
    int[] ends = new int[items.length];
    boolean[] toldApart = new boolean[items.length];
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
      toldApart[start] =
          used > start + 1 && (start < neighbors || differ(query, items, start, used));
      for (int i = start; i < used && toldApart[start]; i++) {
        open[opened++] = items[i];
      }
    }
    double[] openKeys = task.keys(query, Arrays.copyOf(open, opened));
    double[] keys = new double[used];
    int next = 0;
    for (int start = 0; start < used; start = ends[start]) {
      int size = ends[start] - start;
      Arrays.fill(keys, start, ends[start], Double.NaN);
      if (toldApart[start]) {
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

  /** Whether some of the items are relevant and some are not. */
  private boolean differ(int query, int[] items, int start, int end) {
    boolean first = task.isRelevant(query, items[start]);
    for (int i = start + 1; i < end; i++) {
      if (task.isRelevant(query, items[i]) != first) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    manager.close();
  }
}
