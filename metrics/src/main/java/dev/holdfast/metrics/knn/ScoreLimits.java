package dev.holdfast.metrics.knn;

/**
 * Takes the items whose scores reach a limit, which each query has for itself. One query is changed
 * by one thread at a time.
 */
abstract class ScoreLimits {

  private static final int GROUP = 8;

  /** For each query the lowest score that can still matter; it rises. */
  final float[] limits;

  /** What is taken off the products with each item, or null where nothing is. */
  private final float[] halfSquares;

  /**
   * @param queries how many there are
   * @param halfSquares for each item what to take off its products to make them scores; may be null
   */
  ScoreLimits(int queries, float[] halfSquares) {
    this.limits = new float[queries];
    this.halfSquares = halfSquares;
  }

  /** Takes an item whose score reaches the limit of the query. */
  abstract void add(int query, int item, float score);

  /**
   * Offers a query items in a row.
   *
   * @param above room for as many numbers
   */
  void offer(int query, int firstItem, float[] products, float[] above) {
    float limit = limits[query];
    if (limit == Float.POSITIVE_INFINITY) {
      return;
    }
    if (halfSquares == null) {
      for (int i = 0; i < products.length; i++) {
        above[i] = products[i] - limit;
      }
    } else {
      for (int i = 0; i < products.length; i++) {
        above[i] = (products[i] - halfSquares[firstItem + i]) - limit;
      }
    }
    for (int i = next(above, 0); i < products.length; i = next(above, i + 1)) {
      float score = score(products[i], firstItem + i);
      // The limit may have risen since.
      if (score >= limits[query]) {
        add(query, firstItem + i, score);
      }
    }
  }

  /**
   * Offers queries in a row the same item.
   *
   * @param above room for as many numbers
   */
  void offerEach(int firstQuery, int item, float[] products, float[] above) {
    float halfSquare = halfSquares == null ? 0 : halfSquares[item];
    for (int i = 0; i < products.length; i++) {
      above[i] = (products[i] - halfSquare) - limits[firstQuery + i];
    }
    for (int i = next(above, 0); i < products.length; i = next(above, i + 1)) {
      add(firstQuery + i, item, products[i] - halfSquare);
    }
  }

  final float score(float product, int item) {
    return halfSquares == null ? product : product - halfSquares[item];
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
}
