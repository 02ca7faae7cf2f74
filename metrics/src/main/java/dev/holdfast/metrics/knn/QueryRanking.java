package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Ranks the gallery for one query.
 *
 * <p>The engine's float32 product of unit rows encloses the ranking key of every item in an
 * interval; only items whose interval leaves a choice are computed exactly, in double.
 *
 * <p>Width of the interval: a float32 dot product of D terms is off by at most {@code D u / (1 - D
 * u)} times the norms of its factors, whatever the order of summation, with u = 2^-24 (Higham,
 * "Accuracy and stability of numerical algorithms", 2002, section 3.1). Rounding the unit rows adds
 * 2u. {@code (D + 8) 2^-23} is about twice that, which also covers underflow, the division by the
 * norms and, for the cosine, the double arithmetic of the exact key. The squared Euclidean distance
 * {@code |q|^2 + |g|^2 - 2 |q| |g| p} takes 2 |q| |g| times it, and a term relative to |q|^2 +
 * |g|^2 for the double arithmetic, which counts when one norm is far larger than the other.
 */
final class QueryRanking {

  private final EmbeddingSet gallery;
  private final Rows galleryRows;
  private final int[] firstEqualRows;
  private final Distance distance;
  private final Rows queryRows;
  private final int row;
  private final long id;
  private final long label;
  private final float[] products;
  private final int offset;
  private final double[] lows;
  private final double[] highs;
  private final double[] keys;

  /**
   * @param firstEqualRows for each gallery row the first one that holds the same numbers
   * @param products of unit rows; those of this query and all gallery rows start at {@code offset}
   */
  QueryRanking(
      EmbeddingSet gallery,
      Rows galleryRows,
      int[] firstEqualRows,
      Distance distance,
      EmbeddingSet queries,
      Rows queryRows,
      int row,
      float[] products,
      int offset) {
    this.gallery = gallery;
    this.galleryRows = galleryRows;
    this.firstEqualRows = firstEqualRows;
    this.distance = distance;
    this.queryRows = queryRows;
    this.row = row;
    this.id = queries.ids()[row];
    this.label = queries.labels()[row];
    this.products = products;
    this.offset = offset;
    this.lows = new double[gallery.size()];
    this.highs = new double[gallery.size()];
    this.keys = new double[gallery.size()];
    for (int item = 0; item < lows.length; item++) {
      double center = approximateKey(item);
      double margin = margin(item);
      lows[item] = center - margin;
      highs[item] = center + margin;
    }
    Arrays.fill(keys, Double.NaN);
  }

  QueryResult rank(int depth) {
    int relevant = 0;
    int others = 0;
    for (int item = 0; item < gallery.size(); item++) {
      if (isSelf(item)) {
        continue;
      }
      if (isRelevant(item)) {
        relevant++;
      } else {
        others++;
      }
    }
    int count = Math.min(Math.max(depth, relevant), relevant + others);
    List<Integer> neighbors = neighbors(count);
    double nearestRelevant = nearest(true);
    double nearestOther = nearest(false);
    boolean[] hits = new boolean[count];
    double[] distances = new double[count];
    for (int i = 0; i < count; i++) {
      hits[i] = isRelevant(neighbors.get(i));
      distances[i] = distance(key(neighbors.get(i)));
    }
    return new QueryResult(
        id,
        label,
        relevant,
        relevant == 0 ? 0 : 1 + othersUpTo(nearestRelevant),
        neighbors.stream().mapToInt(Integer::intValue).toArray(),
        hits,
        distances,
        distance(nearestRelevant),
        distance(nearestOther));
  }

  /** Returns the nearest items; at equal keys those that are not relevant first, then by id. */
  private List<Integer> neighbors(int count) {
    // The count-th smallest upper bound: whatever lies wholly above it is no neighbor.
    PriorityQueue<Double> bounds =
        new PriorityQueue<>(Math.max(1, count), Comparator.reverseOrder());
    double bound = Double.POSITIVE_INFINITY;
    for (int item = 0; item < gallery.size(); item++) {
      if (highs[item] >= bound || isSelf(item)) {
        continue;
      }
      bounds.add(highs[item]);
      if (bounds.size() > count) {
        bounds.remove();
      }
      if (bounds.size() == count) {
        bound = bounds.element();
      }
    }
    Comparator<Integer> order =
        Comparator.<Integer>comparingDouble(this::key)
            .thenComparing(this::isRelevant)
            .thenComparingLong(item -> gallery.ids()[item])
            .thenComparing(Comparator.naturalOrder());
    PriorityQueue<Integer> nearest = new PriorityQueue<>(Math.max(1, count), order.reversed());
    for (int item = 0; item < gallery.size(); item++) {
      if (lows[item] > bound || isSelf(item)) {
        continue;
      }
      if (nearest.size() < count) {
        nearest.add(item);
      } else if (order.compare(item, nearest.element()) < 0) {
        nearest.remove();
        nearest.add(item);
      }
    }
    List<Integer> sorted = new ArrayList<>(nearest);
    Collections.sort(sorted, order);
    return sorted;
  }

  /**
   * Returns the smallest key of the items that are, or are not, relevant; NaN if there are none.
   */
  private double nearest(boolean relevant) {
    double bound = Double.POSITIVE_INFINITY;
    for (int item = 0; item < gallery.size(); item++) {
      if (highs[item] < bound && isRelevant(item) == relevant && !isSelf(item)) {
        bound = highs[item];
      }
    }
    double nearest = Double.NaN;
    for (int item = 0; item < gallery.size(); item++) {
      if (lows[item] <= bound
          && isRelevant(item) == relevant
          && !isSelf(item)
          && !(key(item) >= nearest)) {
        nearest = key(item);
      }
    }
    return nearest;
  }

  /** Counts the items that are not relevant and whose key is at most {@code key}. */
  private int othersUpTo(double key) {
    int count = 0;
    for (int item = 0; item < gallery.size(); item++) {
      if (lows[item] <= key
          && !isRelevant(item)
          && !isSelf(item)
          && (highs[item] <= key || key(item) <= key)) {
        count++;
      }
    }
    return count;
  }

  private boolean isSelf(int item) {
    return gallery.ids()[item] == id;
  }

  private boolean isRelevant(int item) {
    return gallery.labels()[item] == label;
  }

  private double approximateKey(int item) {
    double product = products[offset + item];
    if (distance == Distance.COSINE) {
      return 1 - product;
    }
    double q = queryRows.norm(row);
    double g = galleryRows.norm(item);
    return q * q + g * g - 2 * q * g * product;
  }

  private double margin(int item) {
    double terms = galleryRows.dimension() + 8;
    if (distance == Distance.COSINE) {
      return terms * 0x1p-23;
    }
    double q = queryRows.norm(row);
    double g = galleryRows.norm(item);
    return terms * (0x1p-22 * q * g + 0x1p-50 * (q * q + g * g));
  }

  /**
   * Returns the exact key, computed once for equal rows, so that a collapsed gallery is no burden.
   */
  private double key(int item) {
    int first = firstEqualRows[item];
    if (Double.isNaN(keys[first])) {
      keys[first] = queryRows.key(row, galleryRows, first, distance);
    }
    return keys[first];
  }

  private double distance(double key) {
    return distance == Distance.EUCLIDEAN ? Math.sqrt(key) : key;
  }
}
