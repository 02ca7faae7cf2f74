package dev.holdfast.metrics.knn;

import java.util.Arrays;

/**
 * Counts how many items are nearer to each of many queries than their relevant ones are, where
 * these are few. As in {@link Standings}, the exact key of a relevant item makes a band of scores:
 * what is above counts, what is below does not, and what is inside is compared exactly in the end.
 * Here an item is compared with the bands of many queries at once, in loops that compile to SIMD,
 * which takes a third of the time that buckets take. A query is changed by one thread at a time.
 *
 * <p>Scores are whole numbers that are ordered as they are, halved so that differences do not
 * overflow; bands are wider by as much.
 */
final class BandCounts {

  /** With more, buckets take less time. */
  static final int MOST_BANDS = 8;

  /** Part of the gallery; with more inside of bands, ranking it in double takes less time. */
  private static final int MOST_INSIDE = 4;

  /** Below all scores. */
  private static final int NOTHING = Integer.MIN_VALUE >> 1;

  private static final int GROUP = 8;

  private final Task task;

  /** For each band of all queries. Where a query has fewer, nothing is above or inside. */
  private final int[][] lows;

  private final int[][] highs;

  /** How many items are above. */
  private final int[][] counts;

  private final double[][] keys;

  /** Score and item of what is inside of a band; null before the first, and where too much is. */
  private final long[][] inside;

  private final int[] insideSizes;

  /** For each item the queries that it does not count for, ascending. */
  private final int[][] left;

  /** Room for the work of one thread. */
  static final class Room {

    private final int[] scores;
    private final int[] outside;
    private final Products.Bits bits;

    /**
     * @param queries how many are offered an item at once
     */
    Room(int queries) {
      scores = new int[queries];
      outside = new int[queries];
      bits = new Products.Bits(queries);
    }
  }

  /**
   * @param bands the most that a query has, at most {@link #MOST_BANDS}
   */
  BandCounts(Task task, int bands) {
    this.task = task;
    int size = task.queries().size();
    this.lows = new int[bands][size];
    this.highs = new int[bands][size];
    for (int band = 0; band < bands; band++) {
      Arrays.fill(lows[band], Integer.MAX_VALUE >> 1);
      Arrays.fill(highs[band], Integer.MAX_VALUE >> 1);
    }
    this.counts = new int[bands][size];
    this.keys = new double[size][];
    this.inside = new long[size][];
    this.insideSizes = new int[size];
    this.left = new int[task.gallery().size()][];
  }

  /**
   * Adds a query; to be called by one thread, for rising queries.
   *
   * @param exact keys of the relevant items that are to be ranked, ascending
   * @param scores that would belong to the keys
   * @param margin by how much a score may differ from those
   * @param notCounted rows of the gallery, each once
   */
  void add(int query, double[] exact, double[] scores, double margin, int[] notCounted) {
    keys[query] = exact;
    for (int band = 0; band < exact.length; band++) {
      lows[band][query] = halved((float) (scores[band] - margin)) - 1;
      highs[band][query] = halved((float) (scores[band] + margin)) + 1;
    }
    for (int item : notCounted) {
      int[] queries = left[item];
      left[item] = queries == null ? new int[1] : Arrays.copyOf(queries, queries.length + 1);
      left[item][left[item].length - 1] = query;
    }
  }

  private static int halved(float score) {
    return Selection.ordered(Float.floatToRawIntBits(score)) >> 1;
  }

  /** Offers queries in a row the same item. */
  void offer(int firstQuery, int item, float[] exact, Room room) {
    int[] scores = room.scores;
    int[] outside = room.outside;
    room.bits.of(exact, scores);
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Selection.ordered(scores[i]) >> 1;
    }
    leaveOut(firstQuery, item, scores);
    Arrays.fill(outside, -1);
    for (int band = 0; band < lows.length; band++) {
      compare(scores, lows[band], highs[band], counts[band], firstQuery, outside);
    }
    for (int i = next(outside, 0); i < scores.length; i = next(outside, i + 1)) {
      addInside(firstQuery + i, item, scores[i]);
    }
  }

  private void leaveOut(int firstQuery, int item, int[] scores) {
    if (left[item] == null) {
      return;
    }
    int from = Arrays.binarySearch(left[item], firstQuery);
    for (int i = from < 0 ? -from - 1 : from; i < left[item].length; i++) {
      int place = left[item][i] - firstQuery;
      if (place >= scores.length) {
        return;
      }
      scores[place] = NOTHING;
    }
  }

  private static void compare(
      int[] scores, int[] lows, int[] highs, int[] counts, int first, int[] outside) {
    for (int i = 0; i < scores.length; i++) {
      int score = scores[i];
      int above = highs[first + i] - score;
      counts[first + i] += above >>> 31;
      // Not negative only where the score is neither below nor above.
      outside[i] &= (score - lows[first + i]) | above;
    }
  }

  /** Returns the index of the next number that is not negative, or how many there are. */
  private static int next(int[] values, int from) {
    int i = from;
    while (i + GROUP <= values.length && allNegative(values, i)) {
      i += GROUP;
    }
    while (i < values.length && values[i] < 0) {
      i++;
    }
    return i;
  }

  private static boolean allNegative(int[] values, int i) {
    return (values[i]
            & values[i + 1]
            & values[i + 2]
            & values[i + 3]
            & values[i + 4]
            & values[i + 5]
            & values[i + 6]
            & values[i + 7])
        < 0;
  }

  private boolean isTooMuch(int size) {
    return size > task.gallery().size() / MOST_INSIDE;
  }

  private void addInside(int query, int item, int score) {
    int size = insideSizes[query];
    if (isTooMuch(size)) {
      inside[query] = null;
      return;
    }
    if (inside[query] == null) {
      inside[query] = new long[GROUP];
    } else if (size == inside[query].length) {
      inside[query] = Arrays.copyOf(inside[query], 2 * size);
    }
    inside[query][size] = (long) score << 32 | item;
    insideSizes[query]++;
  }

  /** Returns the key of the nearest relevant item. */
  double nearest(int query) {
    return keys[query][0];
  }

  /**
   * Returns the ranks of the relevant items of a query, ascending; null where too much was inside
   * of bands.
   */
  int[] ranks(int query) {
    int size = insideSizes[query];
    if (isTooMuch(size)) {
      return null;
    }
    int[] items = new int[size];
    for (int i = 0; i < size; i++) {
      items[i] = (int) inside[query][i];
    }
    double[] found = task.keys(query, items);
    int[] ranks = new int[keys[query].length];
    for (int band = 0; band < ranks.length; band++) {
      ranks[band] = band + 1 + counts[band][query];
      for (int i = 0; i < size; i++) {
        int score = (int) (inside[query][i] >> 32);
        boolean open = score >= lows[band][query] && score <= highs[band][query];
        // What ties is ranked before what is relevant.
        ranks[band] += open && found[i] <= keys[query][band] ? 1 : 0;
      }
    }
    return ranks;
  }
}
