package dev.holdfast.metrics.knn;

import java.util.Arrays;

/**
 * Counts how many items are nearer to a query than its relevant ones are. The exact key of each
 * relevant item makes a band of scores: what scores above it is certainly nearer, what scores below
 * certainly is not, and what is inside is computed exactly. Items are counted in buckets of scores;
 * only in buckets that a band touches does each item count by itself.
 */
final class Standings {

  private static final int BUCKETS = 1 << 10;
  private static final int MOST_BUCKETS = 1 << 14;
  private static final int BUCKETS_PER_BAND = 16;

  /** Part of the gallery; with more inside of bands, ranking it in double takes less time. */
  private static final int MOST_INSIDE = 4;

  private final Task task;
  private final int query;

  /** Exact keys of the relevant items, ascending; so are bands, by falling score. */
  private final double[] keys;

  private final float[] lows;
  private final float[] highs;
  private final int buckets;
  private final float base;
  private final float scale;
  private final int[] inBucket;
  private final byte[] touched;

  /** Items that do not count: those that the query must not see, and those that are ranked. */
  private final int[] left;

  /** How many items certainly count for all relevant ones from each on. */
  private final int[] certain;

  private int[] inside = new int[16];
  private int insideSize;
  private boolean givenUp;

  /** Room for the work of one thread. */
  static final class Room {

    private float[] places = new float[0];
    private int[] some = new int[0];

    private void fit(int size) {
      if (places.length != size) {
        places = new float[size];
        some = new int[size];
      }
    }
  }

  /**
   * @param keys of the relevant items that are to be ranked, ascending, at least one
   * @param scores that would belong to the keys
   * @param margin by how much a score may differ from those
   * @param left rows of the gallery that do not count, ascending
   */
  Standings(Task task, int query, double[] keys, double[] scores, double margin, int[] left) {
    this.task = task;
    this.query = query;
    this.keys = keys;
    this.left = left;
    int n = keys.length;
    this.lows = new float[n];
    this.highs = new float[n];
    for (int i = 0; i < n; i++) {
      lows[i] = Math.nextDown((float) (scores[i] - margin));
      highs[i] = Math.nextUp((float) (scores[i] + margin));
    }
    this.certain = new int[n + 1];
    this.buckets = buckets(n);
    this.base = lows[n - 1];
    // The best band stays below the last bucket: what is above all bands counts together.
    this.scale = Math.min((buckets - 1) / (highs[0] - base), Float.MAX_VALUE);
    this.inBucket = new int[buckets + 2];
    this.touched = new byte[buckets + 2];
    for (int i = 0; i < n; i++) {
      Arrays.fill(touched, bucket(place(lows[i])), bucket(place(highs[i])) + 1, (byte) 1);
    }
  }

  /** Returns how many buckets that many bands make. */
  static int buckets(int bands) {
    int wanted = Math.min(MOST_BUCKETS, BUCKETS_PER_BAND * Math.min(bands, MOST_BUCKETS));
    return Math.max(BUCKETS, Integer.highestOneBit(wanted));
  }

  private float place(float score) {
    return (score - base) * scale;
  }

  /** Returns a number that never falls where the score rises, from 0 to buckets + 1. */
  private int bucket(float place) {
    return 1 + Math.max(-1, Math.min((int) place, buckets));
  }

  /** Offers items in a row; their scores are changed. */
  void offer(int firstItem, float[] scores, Room room) {
    if (givenUp) {
      return;
    }
    int from = Arrays.binarySearch(left, firstItem);
    for (int i = from < 0 ? -from - 1 : from;
        i < left.length && left[i] < firstItem + scores.length;
        i++) {
      scores[left[i] - firstItem] = Float.NEGATIVE_INFINITY;
    }
    room.fit(scores.length);
    float[] places = room.places;
    for (int i = 0; i < scores.length; i++) {
      places[i] = (scores[i] - base) * scale;
    }
    int[] some = room.some;
    int size = 0;
    for (int i = 0; i < scores.length; i++) {
      int bucket = bucket(places[i]);
      inBucket[bucket]++;
      some[size] = i;
      size += touched[bucket];
    }
    for (int i = 0; i < size; i++) {
      place(firstItem + some[i], scores[some[i]]);
    }
    givenUp = insideSize > task.gallery().size() / MOST_INSIDE;
  }

  private void place(int item, float score) {
    if (score == Float.NEGATIVE_INFINITY) {
      return;
    }
    int above = above(lows, score, false);
    if (above == above(highs, score, true)) {
      certain[above]++;
      return;
    }
    if (insideSize == inside.length) {
      inside = Arrays.copyOf(inside, 2 * insideSize);
    }
    inside[insideSize++] = item;
  }

  /** Returns how many of the falling numbers are above a score, or at least that if inclusive. */
  private static int above(float[] falling, float score, boolean inclusive) {
    int low = 0;
    int high = falling.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (falling[middle] > score || (inclusive && falling[middle] == score)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Returns the ranks of the relevant items, ascending; null where too much was inside of bands.
   */
  int[] ranks() {
    if (givenUp) {
      return null;
    }
    int n = keys.length;
    int nearer = 0;
    for (int bucket = buckets + 1; bucket > 0; bucket--) {
      while (nearer < n && bucket(place(lows[nearer])) > bucket) {
        nearer++;
      }
      if (touched[bucket] == 0) {
        certain[nearer] += inBucket[bucket];
      }
    }
    for (double key : task.keys(query, Arrays.copyOf(inside, insideSize))) {
      // What ties is ranked before what is relevant.
      certain[below(key)]++;
    }
    int[] ranks = new int[n];
    int before = 0;
    for (int i = 0; i < n; i++) {
      before += certain[i];
      ranks[i] = before + i + 1;
    }
    return ranks;
  }

  /** Returns how many keys are below one. */
  private int below(double key) {
    int low = 0;
    int high = keys.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keys[middle] < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
