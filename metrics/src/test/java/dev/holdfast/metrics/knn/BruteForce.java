package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.Ranks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The definition of a search, computed and sorted in full. */
final class BruteForce {

  private BruteForce() {}

  static List<QueryResult> search(
      EmbeddingSet gallery, EmbeddingSet queries, Distance distance, int depth) {
    return search(gallery, queries, distance, new Scope(depth, Ranks.FIRST));
  }

  static List<QueryResult> search(
      EmbeddingSet gallery, EmbeddingSet queries, Distance distance, Scope scope) {
    List<QueryResult> results = new ArrayList<>();
    for (int query = 0; query < queries.size(); query++) {
      results.add(search(gallery, queries, query, distance, scope));
    }
    return results;
  }

  private static QueryResult search(
      EmbeddingSet gallery, EmbeddingSet queries, int query, Distance distance, Scope scope) {
    long id = queries.ids()[query];
    long label = queries.labels()[query];
    List<Item> ranking = new ArrayList<>();
    for (int row = 0; row < gallery.size(); row++) {
      boolean sameGroup =
          gallery.groups() != null
              && queries.groups() != null
              && gallery.groups()[row] == queries.groups()[query];
      if (gallery.ids()[row] != id && !sameGroup) {
        ranking.add(
            new Item(
                row,
                gallery.ids()[row],
                gallery.labels()[row] == label,
                distance(queries.row(query), gallery.row(row), distance)));
      }
    }
    ranking.sort(
        Comparator.comparingDouble(Item::distance)
            .thenComparing(Item::relevant)
            .thenComparingLong(Item::id));
    int[] ranks =
        IntStream.range(0, ranking.size())
            .filter(i -> ranking.get(i).relevant())
            .map(i -> i + 1)
            .toArray();
    boolean near = scope.ranks().compareTo(Ranks.NEAR) <= 0;
    int last =
        switch (scope.ranks()) {
          case NEAREST ->
              Math.min(
                  Math.min(ranking.size(), scope.depth()),
                  ranks.length == 0 ? ranking.size() : ranks[0]);
          case NEAR -> Math.min(ranking.size(), scope.depth());
          case FIRST -> Math.min(ranking.size(), Math.max(scope.depth(), ranks.length));
          case ALL -> ranking.size();
        };
    List<Item> top = ranking.subList(0, Math.min(scope.depth(), ranking.size()));
    boolean[] hits = new boolean[top.size()];
    for (int i = 0; i < hits.length; i++) {
      hits[i] = top.get(i).relevant();
    }
    return new QueryResult(
        id,
        label,
        ranks.length,
        IntStream.of(ranks).filter(rank -> rank <= last || (!near && rank == ranks[0])).toArray(),
        last,
        top.stream().limit(scope.neighbors()).mapToInt(Item::row).toArray(),
        scope.ranks() == Ranks.NEAREST
            ? Arrays.copyOf(hits, Math.min(hits.length, scope.neighbors()))
            : hits,
        scope.distances() ? top.stream().mapToDouble(Item::distance).toArray() : new double[0],
        scope.distances() ? nearest(near ? top : ranking, Item::relevant) : Double.NaN,
        scope.distances() ? nearest(near ? top : ranking, item -> !item.relevant()) : Double.NaN);
  }

  private static double nearest(List<Item> ranking, Predicate<Item> kind) {
    OptionalDouble nearest = ranking.stream().filter(kind).mapToDouble(Item::distance).findFirst();
    return nearest.orElse(Double.NaN);
  }

  private static double distance(float[] a, float[] b, Distance distance) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    if (distance == Distance.EUCLIDEAN) {
      return Math.sqrt(difference);
    }
    if (distance == Distance.DOT) {
      return 0 - dot;
    }
    double cosine = aa == 0 || bb == 0 ? 0 : dot / (Math.sqrt(aa) * Math.sqrt(bb));
    return 1 - Math.max(-1, Math.min(1, cosine));
  }

  private record Item(int row, long id, boolean relevant, double distance) {}
}
