package dev.holdfast.metrics;

/** Query results written down as the relevance of the whole ranked gallery. */
final class Rankings {

  private Rankings() {}

  /**
   * @param relevance one character per gallery item, nearest first: {@code +} is relevant
   */
  static QueryResult of(String relevance) {
    return of(relevance, 1, 0.25);
  }

  /** As {@link #of(String)}, with an id and distances that must not matter. */
  static QueryResult of(String relevance, long id, double step) {
    int n = relevance.length();
    int[] neighbors = new int[n];
    boolean[] hits = new boolean[n];
    double[] distances = new double[n];
    int relevant = 0;
    for (int i = 0; i < n; i++) {
      neighbors[i] = (int) id + i;
      hits[i] = relevance.charAt(i) == '+';
      distances[i] = step * (i + 1);
      relevant += hits[i] ? 1 : 0;
    }
    int first = relevance.indexOf('+');
    int other = relevance.indexOf('-');
    return new QueryResult(
        id,
        5,
        relevant,
        first + 1,
        neighbors,
        hits,
        distances,
        first < 0 ? Double.NaN : distances[first],
        other < 0 ? Double.NaN : distances[other]);
  }
}
