package dev.holdfast.metrics.knn;

import java.util.Arrays;

/**
 * Counts for each query how many items are nearer than its nearest relevant one, up to a depth. The
 * exact key of that one makes a band of scores: what is above is certainly nearer, and what is
 * inside is compared exactly in the end. A query that has enough is left alone.
 */
final class NearestRanks extends ScoreLimits {

  /** With more items inside of a band, ranking the gallery in double takes less time. */
  private static final int MOST_INSIDE = 1 << 12;

  private static final int FEW = 4;

  private final Task task;
  private final int depth;
  private final double[] keys;
  private final float[] highs;
  private final int[] counts;
  private final int[][] inside;
  private final int[] insideSizes;

  /**
   * @param depth to which rank to count
   */
  NearestRanks(Task task, int depth, float[] halfSquares) {
    super(task.queries().size(), halfSquares);
    this.task = task;
    this.depth = depth;
    int size = task.queries().size();
    this.keys = new double[size];
    this.highs = new float[size];
    this.counts = new int[size];
    this.inside = new int[size][];
    this.insideSizes = new int[size];
    Arrays.fill(limits, Float.POSITIVE_INFINITY);
    Arrays.fill(counts, depth);
  }

  /**
   * Adds a query; others have no relevant item.
   *
   * @param key exact key of the nearest relevant item
   * @param score that would belong to the key
   * @param margin by how much a score may differ from it
   */
  void begin(int query, double key, double score, double margin) {
    keys[query] = key;
    counts[query] = 0;
    limits[query] = Math.nextDown((float) (score - margin));
    highs[query] = Math.nextUp((float) (score + margin));
  }

  @Override
  void add(int query, int item, float score) {
    if (task.isRelevant(query, item) || task.view(query).excludes(item)) {
      return;
    }
    if (score > highs[query]) {
      counts[query]++;
    } else if (insideSizes[query] < MOST_INSIDE) {
      if (inside[query] == null) {
        inside[query] = new int[FEW];
      } else if (insideSizes[query] == inside[query].length) {
        inside[query] = Arrays.copyOf(inside[query], 2 * insideSizes[query]);
      }
      inside[query][insideSizes[query]++] = item;
    }
    if (counts[query] == depth || insideSizes[query] == MOST_INSIDE) {
      limits[query] = Float.POSITIVE_INFINITY;
      inside[query] = null;
    }
  }

  /**
   * Returns the rank of the nearest relevant item; 0 where it is beyond the depth or there is none,
   * and -1 where too much was inside of the band.
   */
  int rank(int query) {
    if (counts[query] == depth) {
      return 0;
    }
    if (insideSizes[query] == MOST_INSIDE) {
      return -1;
    }
    int before = counts[query];
    if (inside[query] != null) {
      for (double key : task.keys(query, Arrays.copyOf(inside[query], insideSizes[query]))) {
        // What ties is ranked before what is relevant.
        before += key <= keys[query] ? 1 : 0;
      }
    }
    return before < depth ? before + 1 : 0;
  }
}
