package dev.holdfast.metrics.knn;

import java.util.Arrays;

/**
 * Gallery rows with their exact keys, nearest first. At equal keys what is not relevant comes
 * first, then by id, then by row.
 */
@SuppressWarnings("ArrayRecordComponent")
record Nearest(int[] items, double[] keys) {

  /**
   * Sorts.
   *
   * @param items in any order; fast where they are nearly sorted
   * @param keys of the items
   * @param most how many to keep
   */
  static Nearest of(Task task, int query, int[] items, double[] keys, int most) {
    Integer[] order = new Integer[items.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> compare(task, query, items[a], keys[a], items[b], keys[b]));
    int size = Math.min(most, items.length);
    int[] sortedItems = new int[size];
    double[] sortedKeys = new double[size];
    for (int i = 0; i < size; i++) {
      sortedItems[i] = items[order[i]];
      sortedKeys[i] = keys[order[i]];
    }
    return new Nearest(sortedItems, sortedKeys);
  }

  private static int compare(Task task, int query, int a, double keyA, int b, double keyB) {
    int byKey = Double.compare(keyA, keyB);
    if (byKey != 0) {
      return byKey;
    }
    int byRelevance = Boolean.compare(task.isRelevant(query, a), task.isRelevant(query, b));
    if (byRelevance != 0) {
      return byRelevance;
    }
    int byId = Long.compare(task.gallery().ids()[a], task.gallery().ids()[b]);
    return byId != 0 ? byId : Integer.compare(a, b);
  }

  int size() {
    return items.length;
  }
}
