package dev.holdfast.metrics.space;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** How two ways of dividing the same items agree. Logarithms are natural. */
final class Contingency {

  private final int items;
  private final int[] classSizes;
  private final int[] clusterSizes;
  private final Map<Long, Integer> cells = new HashMap<>();

  private Contingency(long[] classes, long[] clusters) {
    items = classes.length;
    int[] first = dense(classes);
    int[] second = dense(clusters);
    classSizes = sizes(first);
    clusterSizes = sizes(second);
    for (int i = 0; i < items; i++) {
      cells.merge((long) first[i] << 32 | second[i], 1, Integer::sum);
    }
  }

  /** Counts what each class and cluster have in common. */
  static Contingency of(long[] classes, long[] clusters) {
    return new Contingency(classes, clusters);
  }

  /** Numbers from 0, by ascending value. */
  private static int[] dense(long[] values) {
    long[] distinct = Arrays.stream(values).distinct().sorted().toArray();
    return Arrays.stream(values).mapToInt(v -> Arrays.binarySearch(distinct, v)).toArray();
  }

  private static int[] sizes(int[] numbers) {
    int[] sizes = new int[Arrays.stream(numbers).max().orElse(-1) + 1];
    for (int number : numbers) {
      sizes[number]++;
    }
    return sizes;
  }

  private boolean isUndivided() {
    return classSizes.length == 1 && clusterSizes.length == 1;
  }

  /** Returns the mutual information over the mean entropy. */
  double normalized() {
    if (isUndivided()) {
      return 1;
    }
    double information = information();
    return information == 0 ? 0 : information / meanEntropy();
  }

  /** Returns the mutual information beyond chance, over the most that could be. */
  double adjusted() {
    if (isUndivided()) {
      return 1;
    }
    double expected = expectedInformation();
    double most = meanEntropy() - expected;
    double floor = Math.copySign(Math.max(Math.abs(most), Math.ulp(1.0)), most);
    return (information() - expected) / floor;
  }

  private double meanEntropy() {
    return (entropy(classSizes) + entropy(clusterSizes)) / 2;
  }

  private double entropy(int[] sizes) {
    double entropy = 0;
    for (int size : sizes) {
      double share = (double) size / items;
      entropy -= share * Math.log(share);
    }
    return entropy;
  }

  private double information() {
    if (classSizes.length == 1 || clusterSizes.length == 1) {
      return 0;
    }
    // Summed by ascending cell, so that the order of the items does not matter.
    long[] keys = cells.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    double sum = 0;
    for (long key : keys) {
      double common = cells.get(key);
      double product = (double) classSizes[(int) (key >>> 32)] * clusterSizes[(int) key];
      sum += common / items * Math.log(items * common / product);
    }
    return Math.max(0, sum);
  }

  /** Returns the mean over all ways to fill clusters of these sizes (equation 24a of the paper). */
  private double expectedInformation() {
    double[] logFactorials = new double[items + 1];
    for (int i = 2; i <= items; i++) {
      logFactorials[i] = logFactorials[i - 1] + Math.log(i);
    }
    // Only sizes matter, and there are few different ones.
    Map<Integer, Integer> classes = histogram(classSizes);
    Map<Integer, Integer> clusters = histogram(clusterSizes);
    double sum = 0;
    for (Map.Entry<Integer, Integer> a : classes.entrySet()) {
      for (Map.Entry<Integer, Integer> b : clusters.entrySet()) {
        sum +=
            (double) a.getValue() * b.getValue() * expected(a.getKey(), b.getKey(), logFactorials);
      }
    }
    return sum;
  }

  private static Map<Integer, Integer> histogram(int[] sizes) {
    Map<Integer, Integer> histogram = new java.util.TreeMap<>();
    for (int size : sizes) {
      histogram.merge(size, 1, Integer::sum);
    }
    return histogram;
  }

  private double expected(int a, int b, double[] logFactorials) {
    double fixed =
        logFactorials[a]
            + logFactorials[b]
            + logFactorials[items - a]
            + logFactorials[items - b]
            - logFactorials[items];
    double sum = 0;
    for (int common = Math.max(1, a + b - items); common <= Math.min(a, b); common++) {
      double probability =
          Math.exp(
              fixed
                  - logFactorials[common]
                  - logFactorials[a - common]
                  - logFactorials[b - common]
                  - logFactorials[items - a - b + common]);
      sum +=
          (double) common
              / items
              * Math.log((double) items * common / ((double) a * b))
              * probability;
    }
    return sum;
  }
}
