package dev.holdfast.metrics;

import dev.holdfast.metrics.knn.Scope;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Query results written down as the relevance of the whole ranked gallery. */
final class Rankings {

  private Rankings() {}

  /**
   * @param relevance one character per gallery item, nearest first: {@code +} is relevant
   */
  static QueryResult of(String relevance) {
    return of(relevance, 1, 0.25);
  }

  /** Forgets what a search of that scope does not find out. */
  static QueryResult upTo(Scope scope, QueryResult all) {
    int first = all.relevant() == 0 ? Integer.MAX_VALUE : all.firstRelevantRank();
    int known =
        switch (scope.ranks()) {
          case NEAREST -> Math.min(Math.min(all.rankedUpTo(), scope.depth()), first);
          case NEAR -> Math.min(all.rankedUpTo(), scope.depth());
          case FIRST -> Math.min(all.rankedUpTo(), Math.max(scope.depth(), all.relevant()));
          case ALL -> all.rankedUpTo();
        };
    int[] ranks =
        IntStream.of(all.relevantRanks())
            .filter(
                rank ->
                    rank <= known
                        || (scope.ranks() == Ranks.FIRST && rank == all.firstRelevantRank()))
            .toArray();
    return new QueryResult(
        all.id(),
        all.label(),
        all.relevant(),
        ranks,
        known,
        Arrays.copyOf(all.neighbors(), scope.depth()),
        Arrays.copyOf(all.hits(), scope.depth()),
        Arrays.copyOf(all.distances(), scope.depth()),
        all.nearestRelevantDistance(),
        all.nearestOtherDistance());
  }

  /** As {@link #of(String)}, with an id and distances that must not matter. */
  static QueryResult of(String relevance, long id, double step) {
    int n = relevance.length();
    int[] neighbors = new int[n];
    boolean[] hits = new boolean[n];
    double[] distances = new double[n];
    for (int i = 0; i < n; i++) {
      neighbors[i] = (int) id + i;
      hits[i] = relevance.charAt(i) == '+';
      distances[i] = step * (i + 1);
    }
    int[] ranks =
        IntStream.range(0, n).filter(i -> relevance.charAt(i) == '+').map(i -> i + 1).toArray();
    int other = relevance.indexOf('-');
    return new QueryResult(
        id,
        5,
        ranks.length,
        ranks,
        n,
        neighbors,
        hits,
        distances,
        ranks.length == 0 ? Double.NaN : distances[ranks[0] - 1],
        other < 0 ? Double.NaN : distances[other]);
  }
}
