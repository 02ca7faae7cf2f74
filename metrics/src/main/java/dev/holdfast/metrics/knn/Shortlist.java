package dev.holdfast.metrics.knn;

import java.util.Arrays;

/**
 * The items with the highest scores so far, for each of some queries, and those that rounding does
 * not tell from them.
 */
final class Shortlist extends ScoreLimits {

  private static final int SLACK = 64;

  private static final int BUCKET_BITS = 7;

  private static final long ITEM_BITS = 0xffff_ffffL;

  /** How many times its usual size a list may have before its query is given up. */
  private static final int MOST = 8;

  private final int[] counts;
  private final double[] margins;

  private final int[] sizes;

  /** Score and item in one number, the best first in ascending order; null before the first. */
  private final long[][] lists;

  /**
   * @param counts for each query how many items are asked for; 0 for a query that is left out
   * @param margins for each query by how much a score may be off
   * @param halfSquares for each item what to take off its products to make them scores; may be null
   */
  Shortlist(int[] counts, double[] margins, float[] halfSquares) {
    super(counts.length, halfSquares);
    this.counts = counts;
    this.margins = margins;
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

  @Override
  void offer(int query, int firstItem, float[] products, float[] above) {
    if (sizes[query] == 0 && products.length >= 2 * capacity(counts[query])) {
      begin(query, firstItem, products);
    } else {
      super.offer(query, firstItem, products, above);
    }
  }

  /** Takes the best of many items at once: one by one, most would be shortened away again. */
  private void begin(int query, int firstItem, float[] products) {
    if (counts[query] == 0) {
      return;
    }
    long[] all = new long[products.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = packed(score(products[i], firstItem + i), firstItem + i);
    }
    lists[query] = all;
    sizes[query] = all.length;
    shorten(query);
    if (sizes[query] >= 0) {
      lists[query] =
          Arrays.copyOf(lists[query], Math.max(sizes[query] + SLACK, capacity(counts[query])));
    }
  }

  @Override
  void add(int query, int item, float score) {
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
    float limit = lowered(query, above(list, size, count));
    int kept = keep(list, 0, size, limit);
    if (kept > count + (size - count) / 2) {
      limit = lowered(query, score(Selection.smallest(list, kept, count)));
      kept = keep(list, count, kept, limit);
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

  private float lowered(int query, double score) {
    return Math.nextDown((float) (score - 2 * margins[query]));
  }

  /** Moves what scores as much as the limit to the front, and returns where it ends. */
  private static int keep(long[] list, int from, int size, float limit) {
    // What is not below 0 is not below -0 either, in the order of packed numbers.
    long last = packed(limit == 0 ? -0f : limit, 0) | ITEM_BITS;
    int kept = from;
    for (int i = from; i < size; i++) {
      long one = list[i];
      list[kept] = one;
      kept += one <= last ? 1 : 0;
    }
    return kept;
  }

  /**
   * Returns a score that so many items reach, and not many more unless scores are spread unevenly.
   * Counting in buckets takes a third of the time of a selection, whose branches nobody foresees.
   */
  private static float above(long[] list, int size, int count) {
    long best = list[0];
    long worst = list[0];
    for (int i = 1; i < size; i++) {
      best = Math.min(best, list[i]);
      worst = Math.max(worst, list[i]);
    }
    int shift = Math.max(0, Long.SIZE - BUCKET_BITS - Long.numberOfLeadingZeros(worst - best));
    int[] buckets = new int[1 << BUCKET_BITS];
    for (int i = 0; i < size; i++) {
      buckets[(int) ((list[i] - best) >>> shift)]++;
    }
    int bucket = 0;
    for (int sum = buckets[0]; sum < count; sum += buckets[bucket]) {
      bucket++;
    }
    return score(bucket == buckets.length - 1 ? worst : best + ((bucket + 1L) << shift) - 1);
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
    return (long) ~Selection.ordered(Float.floatToRawIntBits(score)) << 32 | item;
  }

  /** Returns the item of what was taken. */
  static int item(long packed) {
    return (int) packed;
  }

  /** Returns the score of what was taken. */
  static float score(long packed) {
    return Float.intBitsToFloat(Selection.ordered(~(int) (packed >> 32)));
  }
}
