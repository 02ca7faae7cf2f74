package dev.holdfast.metrics.knn;

import java.util.Arrays;

/**
 * The items with the highest scores so far, for each of some queries, and those that rounding does
 * not tell from them. One query is changed by one thread at a time.
 */
final class Shortlist {

  private static final int SLACK = 64;

  private static final int GROUP = 8;

  /** How many times its usual size a list may have before its query is given up. */
  private static final int MOST = 8;

  private final int[] counts;
  private final double[] margins;

  /** For each query the lowest score that can still matter; it rises. */
  private final float[] limits;

  private final int[] sizes;

  /** Score and item in one number, the best first in ascending order; null before the first. */
  private final long[][] lists;

  /**
   * @param counts for each query how many items are asked for; 0 for a query that is left out
   * @param margins for each query by how much a score may be off
   */
  Shortlist(int[] counts, double[] margins) {
    this.counts = counts;
    this.margins = margins;
    this.limits = new float[counts.length];
    this.sizes = new int[counts.length];
    this.lists = new long[counts.length][];
    for (int query = 0; query < counts.length; query++) {
      limits[query] = counts[query] == 0 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
    }
  }

  /** Returns numbers of 8 bytes that lists of that many items take. */
  static long memory(int count) {
    return capacity(count);
  }

  private static int capacity(int count) {
    // Shortening costs less than taking items which a higher limit would have kept away.
    return count + Math.max(SLACK, count / 2);
  }

  /**
   * Offers a query items in a row.
   *
   * @param above room for as many numbers
   */
  void offer(int query, int firstItem, float[] scores, float[] above) {
    if (sizes[query] == 0 && scores.length >= 2 * capacity(counts[query])) {
      begin(query, firstItem, scores);
      return;
    }
    float limit = limits[query];
    for (int i = 0; i < scores.length; i++) {
      above[i] = scores[i] - limit;
    }
    for (int i = next(above, 0); i < scores.length; i = next(above, i + 1)) {
      // It may have risen since.
      if (scores[i] >= limits[query]) {
        add(query, firstItem + i, scores[i]);
      }
    }
  }

  /**
   * Offers queries in a row the same item.
   *
   * @param above room for as many numbers
   */
  void offerEach(int firstQuery, int item, float[] scores, float[] above) {
    for (int i = 0; i < scores.length; i++) {
      above[i] = scores[i] - limits[firstQuery + i];
    }
    for (int i = next(above, 0); i < scores.length; i = next(above, i + 1)) {
      add(firstQuery + i, item, scores[i]);
    }
  }

  /**
   * Returns the index of the next number that is not negative, or how many there are. Most items
   * are far below the limit: one look at eight signs takes less time than eight comparisons.
   */
  private static int next(float[] values, int from) {
    int i = from;
    while (i + GROUP <= values.length && allNegative(values, i)) {
      i += GROUP;
    }
    while (i < values.length && Float.floatToRawIntBits(values[i]) < 0) {
      i++;
    }
    return i;
  }

  private static boolean allNegative(float[] values, int i) {
    int signs =
        Float.floatToRawIntBits(values[i])
            & Float.floatToRawIntBits(values[i + 1])
            & Float.floatToRawIntBits(values[i + 2])
            & Float.floatToRawIntBits(values[i + 3])
            & Float.floatToRawIntBits(values[i + 4])
            & Float.floatToRawIntBits(values[i + 5])
            & Float.floatToRawIntBits(values[i + 6])
            & Float.floatToRawIntBits(values[i + 7]);
    return signs < 0;
  }

  /** Takes the best of many items at once: one by one, most would be shortened away again. */
  private void begin(int query, int firstItem, float[] scores) {
    if (counts[query] == 0) {
      return;
    }
    long[] all = new long[scores.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = packed(scores[i], firstItem + i);
    }
    lists[query] = all;
    sizes[query] = all.length;
    shorten(query);
    if (sizes[query] >= 0) {
      lists[query] =
          Arrays.copyOf(lists[query], Math.max(sizes[query] + SLACK, capacity(counts[query])));
    }
  }

  private void add(int query, int item, float score) {
    long[] list = lists[query];
    if (list == null) {
      list = new long[capacity(counts[query])];
      lists[query] = list;
    }
    list[sizes[query]++] = packed(score, item);
    if (sizes[query] == list.length) {
      shorten(query);
    }
  }

  /** Leaves out what is below the best scores by more than twice the margin. */
  private void shorten(int query) {
    long[] list = lists[query];
    int size = sizes[query];
    int count = counts[query];
    if (size <= count) {
      return;
    }
    double last = score(Selection.smallest(list, size, count));
    float limit = Math.nextDown((float) (last - 2 * margins[query]));
    int kept = count;
    for (int i = count; i < size; i++) {
      if (score(list[i]) >= limit) {
        list[kept++] = list[i];
      }
    }
    sizes[query] = kept;
    limits[query] = limit;
    if (kept > list.length - SLACK / 2) {
      if (list.length < MOST * capacity(count)) {
        lists[query] = Arrays.copyOf(list, 2 * list.length);
      } else {
        giveUp(query);
      }
    }
  }

  private void giveUp(int query) {
    limits[query] = Float.POSITIVE_INFINITY;
    sizes[query] = -1;
    lists[query] = null;
  }

  /**
   * Returns every item that may be among those asked for, by falling score, and forgets them; null
   * for a query with too many of them. See {@link #item} and {@link #score}.
   */
  long[] take(int query) {
    if (sizes[query] < 0 || counts[query] == 0) {
      return null;
    }
    shorten(query);
    if (sizes[query] < 0) {
      return null;
    }
    long[] taken = lists[query] == null ? new long[0] : Arrays.copyOf(lists[query], sizes[query]);
    Arrays.sort(taken);
    lists[query] = null;
    return taken;
  }

  private static long packed(float score, int item) {
    int bits = Float.floatToRawIntBits(score);
    int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return (long) ~ordered << 32 | item;
  }

  /** Returns the item of what was taken. */
  static int item(long packed) {
    return (int) packed;
  }

  /** Returns the score of what was taken. */
  static float score(long packed) {
    int ordered = ~(int) (packed >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
  }
}
