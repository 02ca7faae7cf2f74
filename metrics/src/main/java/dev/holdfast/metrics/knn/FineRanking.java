package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.QueryResult;
import java.util.Arrays;

/**
 * Ranks the whole gallery for one query after another.
 *
 * <p>The engine's products in double enclose the key of every item in an interval; only items whose
 * intervals leave an order open are computed exactly, in one fixed order of summation.
 *
 * <p>Width of the interval: a product of float32 numbers is exact in double, so a dot product of D
 * terms is off by at most {@code D u / (1 - D u)} times the norms of its factors, whatever the
 * order of summation, with u = 2^-53 (Higham, "Accuracy and stability of numerical algorithms",
 * 2002, section 3.1). The squared Euclidean distance {@code |q|^2 + |g|^2 - 2 q.g} adds as much for
 * its squares, and so does the arithmetic of the exact key: together less than {@code (4 D + 10) u
 * (|q|^2 + |g|^2)}. {@code (D + 8) 2^-51} covers that, and the cosine. Between vectors of whole
 * numbers, such as sign codes, squared distances are exact and the width is 0.
 */
final class FineRanking {

  private final Task task;
  private final double[] keys;
  private final double scale;
  private final int[] firstEqualRows;
  private final double[] exact;
  private final int[] exactFor;
  private final long[] bounds;
  private int query = -1;
  private int stamp;
  private double querySquare;

  /**
   * @param scale width of the interval of a key: that of a cosine, or relative to the squares
   */
  FineRanking(Task task, double scale) {
    this.task = task;
    this.scale = scale;
    int size = task.gallery().size();
    this.keys = new double[size];
    this.firstEqualRows = task.galleryRows().firstEqualRows();
    this.exact = new double[size];
    this.exactFor = new int[size];
    this.bounds = new long[2 * Math.min(task.depth(), size)];
  }

  /** Returns where the products of the next query with all gallery rows belong. */
  double[] products() {
    return keys;
  }

  /** Ranks the gallery for the query whose products are in place. */
  QueryResult rank(int row) {
    query = row;
    stamp++;
    GalleryIndex.View view = task.view(row);
    approximateKeys();
    for (int item : view.excluded()) {
      keys[item] = Double.POSITIVE_INFINITY;
    }
    int size = view.size();
    Nearest nearest = nearest(Math.min(task.depth(), size));
    int[] relevant = view.relevant();
    double nearestRelevant = nearest(relevant);
    int[] ranks = ranks(relevant);
    // The relevant items are out of the keys by now.
    double nearestOther = nearestOther();
    int n = nearest.size();
    boolean[] hits = new boolean[n];
    double[] distances = new double[n];
    for (int i = 0; i < n; i++) {
      hits[i] = view.isRelevant(nearest.items()[i]);
      distances[i] = task.distance(nearest.keys()[i]);
    }
    return new QueryResult(
        task.queries().ids()[row],
        task.queries().labels()[row],
        relevant.length,
        ranks,
        size,
        nearest.items(),
        hits,
        distances,
        task.distance(nearestRelevant),
        task.distance(nearestOther));
  }

  /** Turns products into keys, in place. */
  private void approximateKeys() {
    querySquare = task.queryRows().square(query);
    for (int item = 0; item < keys.length; item++) {
      if (task.distance() == Distance.EUCLIDEAN) {
        keys[item] = querySquare + task.galleryRows().square(item) - 2 * keys[item];
      } else if (task.distance() == Distance.DOT) {
        keys[item] = -keys[item];
      } else {
        double lengths = task.queryRows().norm(query) * task.galleryRows().norm(item);
        keys[item] = lengths == 0 ? 1 : 1 - keys[item] / lengths;
      }
    }
  }

  /**
   * Returns the width of the interval of a key, as a factor of the squares, of the product of the
   * norms for the inner product or, for the cosine, itself.
   */
  static double scale(Task task) {
    boolean whole =
        task.distance() != Distance.COSINE && task.galleryRows().isExactWith(task.queryRows());
    return whole ? 0 : (task.galleryRows().dimension() + 8) * 0x1p-51;
  }

  private double margin(int item) {
    return switch (task.distance()) {
      case EUCLIDEAN -> scale * (querySquare + task.galleryRows().square(item));
      case DOT -> scale * task.queryRows().norm(query) * task.galleryRows().norm(item);
      case COSINE -> scale;
    };
  }

  /**
   * Returns the exact key, computed once for equal rows, so that a collapsed gallery is no burden.
   */
  private double exact(int item) {
    int first = firstEqualRows[item];
    if (exactFor[first] != stamp) {
      exactFor[first] = stamp;
      exact[first] = task.key(query, first);
    }
    return exact[first];
  }

  private Nearest nearest(int count) {
    // The count-th smallest upper bound: whatever lies wholly above it is no neighbor.
    double bound = Double.POSITIVE_INFINITY;
    int kept = 0;
    for (int item = 0; item < keys.length && count > 0; item++) {
      double high = keys[item] + margin(item);
      if (high < bound) {
        bounds[kept++] = Selection.ordered(high);
        if (kept == bounds.length) {
          bound = Selection.value(Selection.smallest(bounds, kept, count));
          kept = count;
        }
      }
    }
    if (kept >= count && count > 0) {
      bound = Selection.value(Selection.smallest(bounds, kept, count));
    }
    int[] items = new int[keys.length];
    int size = 0;
    for (int item = 0; item < keys.length && count > 0; item++) {
      if (keys[item] - margin(item) <= bound && keys[item] < Double.POSITIVE_INFINITY) {
        items[size++] = item;
      }
    }
    int[] candidates = Arrays.copyOf(items, size);
    double[] exactly = Arrays.stream(candidates).mapToDouble(this::exact).toArray();
    return Nearest.of(task, query, candidates, exactly, count);
  }

  /** Returns the smallest exact key of some items; NaN if there are none. */
  private double nearest(int[] items) {
    double bound = Double.POSITIVE_INFINITY;
    for (int item : items) {
      bound = Math.min(bound, keys[item] + margin(item));
    }
    double nearest = Double.NaN;
    for (int item : items) {
      if (keys[item] - margin(item) <= bound && !(exact(item) >= nearest)) {
        nearest = exact(item);
      }
    }
    return nearest;
  }

  private double nearestOther() {
    double bound = Double.POSITIVE_INFINITY;
    for (int item = 0; item < keys.length; item++) {
      bound = Math.min(bound, keys[item] + margin(item));
    }
    double nearest = Double.NaN;
    for (int item = 0; item < keys.length && bound < Double.POSITIVE_INFINITY; item++) {
      if (keys[item] - margin(item) <= bound && !(exact(item) >= nearest)) {
        nearest = exact(item);
      }
    }
    return nearest;
  }

  /**
   * Returns the ranks of the relevant items, ascending, and takes these items out of the keys. The
   * i-th nearest has i relevant items up to itself; what is counted here are the others that are as
   * near as each, or nearer.
   */
  private int[] ranks(int[] relevant) {
    int n = relevant.length;
    if (n == 0) {
      return new int[0];
    }
    double[] approximate = new double[n];
    double widest = 0;
    for (int i = 0; i < n; i++) {
      approximate[i] = keys[relevant[i]];
      widest = Math.max(widest, margin(relevant[i]));
      keys[relevant[i]] = Double.POSITIVE_INFINITY;
    }
    double[] sorted = approximate.clone();
    Arrays.sort(sorted);
    // Others that count for all relevant items from this one on: in the order of approximate keys,
    // and of exact keys for those others whose place in the former is open.
    int[] counted = new int[n + 1];
    int[] countedExactly = null;
    double[] sortedExactly = null;
    double last = sorted[n - 1];
    for (int item = 0; item < keys.length; item++) {
      double slack = margin(item) + widest;
      double low = keys[item] - slack;
      if (!(low <= last)) {
        continue;
      }
      int from = upTo(sorted, low, false);
      int to = upTo(sorted, keys[item] + slack, true);
      if (from == to || slack == 0) {
        counted[from]++;
        continue;
      }
      if (sortedExactly == null) {
        sortedExactly = Arrays.stream(relevant).mapToDouble(this::exact).sorted().toArray();
        countedExactly = new int[n + 1];
      }
      countedExactly[upTo(sortedExactly, exact(item), false)]++;
    }
    int[] ranks = new int[n];
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += counted[i];
      ranks[i] = sum;
    }
    if (countedExactly != null) {
      int[] order = order(approximate);
      for (int i = 1; i < n; i++) {
        countedExactly[i] += countedExactly[i - 1];
      }
      for (int i = 0; i < n; i++) {
        ranks[i] += countedExactly[upTo(sortedExactly, exact(relevant[order[i]]), false)];
      }
      Arrays.sort(ranks);
    }
    for (int i = 0; i < n; i++) {
      ranks[i] += i + 1;
    }
    return ranks;
  }

  /** Returns the positions of the values in ascending order. */
  private static int[] order(double[] values) {
    Integer[] order = new Integer[values.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    Arrays.sort(order, (a, b) -> Double.compare(values[a], values[b]));
    return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
  }

  /**
   * Returns how many of the sorted values are below {@code bound}, or at most that if inclusive.
   */
  private static int upTo(double[] sorted, double bound, boolean inclusive) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < bound || (inclusive && sorted[middle] == bound)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
