package dev.holdfast.harness.retrieval;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.knn.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Search in a gallery some of whose items may have no embedding, because a candidate gave NaN for
 * them. Such items are never near anything: they stand behind all others, those that are not
 * relevant before those that are, as ties do.
 */
public final class FiniteSearch implements AutoCloseable {

  private final EmbeddingSet gallery;
  private final int[] found;
  private final int[] lost;
  private final ExactSearch search;

  /**
   * @param gallery the rows without an embedding hold anything
   * @param finite which rows have one
   */
  public FiniteSearch(
      EmbeddingSet gallery, boolean[] finite, Distance distance, NDManager manager) {
    this.gallery = gallery;
    this.found = IntStream.range(0, finite.length).filter(i -> finite[i]).toArray();
    this.lost = IntStream.range(0, finite.length).filter(i -> !finite[i]).toArray();
    EmbeddingSet points = lost.length == 0 ? gallery : gallery.select(found);
    this.search = found.length == 0 ? null : ExactSearch.of(points, distance, manager);
  }

  /** Returns one result for each query; see {@link ExactSearch#search}. */
  public List<QueryResult> search(EmbeddingSet queries, Scope scope) {
    if (lost.length == 0) {
      return search.search(queries, scope);
    }
    // R counts the lost as well, so ranks have to be known further than the search alone would go.
    Scope wider = scope.atLeast(largestClass());
    List<QueryResult> among = search == null ? List.of() : search.search(queries, wider);
    List<QueryResult> results = new ArrayList<>();
    for (int query = 0; query < queries.size(); query++) {
      results.add(
          completed(search == null ? nothing(queries, query) : among.get(query), queries, query));
    }
    return results;
  }

  private int largestClass() {
    Map<Long, Integer> sizes = new HashMap<>();
    for (long label : gallery.labels()) {
      sizes.merge(label, 1, Integer::sum);
    }
    return Collections.max(sizes.values());
  }

  private static QueryResult nothing(EmbeddingSet queries, int query) {
    return new QueryResult(
        queries.ids()[query],
        queries.labels()[query],
        0,
        new int[0],
        0,
        new int[0],
        new boolean[0],
        new double[0],
        Double.NaN,
        Double.NaN);
  }

  private QueryResult completed(QueryResult result, EmbeddingSet queries, int query) {
    int before = (int) Arrays.stream(found).filter(row -> compared(queries, query, row)).count();
    int[] behind = Arrays.stream(lost).filter(row -> compared(queries, query, row)).toArray();
    int relevant =
        (int) Arrays.stream(behind).filter(r -> gallery.labels()[r] == result.label()).count();
    int size = before + behind.length;
    boolean complete = result.relevantRanks().length == result.relevant();
    // Without a rank that is known the first of these would pass for the first of all.
    int last = complete || result.relevantRanks().length > 0 ? relevant : 0;
    return new QueryResult(
        result.id(),
        result.label(),
        result.relevant() + relevant,
        IntStream.concat(
                Arrays.stream(result.relevantRanks()),
                IntStream.rangeClosed(size - relevant + 1, size - relevant + last))
            .toArray(),
        complete ? size : result.rankedUpTo(),
        Arrays.stream(result.neighbors()).map(row -> found[row]).toArray(),
        result.hits(),
        result.distances(),
        result.nearestRelevantDistance(),
        result.nearestOtherDistance());
  }

  private boolean compared(EmbeddingSet queries, int query, int row) {
    boolean grouped = queries.groups() != null && gallery.groups() != null;
    return gallery.ids()[row] != queries.ids()[query]
        && !(grouped && gallery.groups()[row] == queries.groups()[query]);
  }

  @Override
  public void close() {
    if (search != null) {
      search.close();
    }
  }
}
