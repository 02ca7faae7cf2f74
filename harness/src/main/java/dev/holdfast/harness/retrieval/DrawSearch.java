package dev.holdfast.harness.retrieval;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.models.data.QueryGallerySplit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Search in the galleries of all draws. Neighbors are numbered within the gallery of a draw; {@link
 * #gallery} says which items these are.
 */
public final class DrawSearch implements AutoCloseable {

  private final List<QueryGallerySplit> draws;
  private final int[] items;
  private final EmbeddingSet clean;
  private final Distance distance;
  private final NDManager manager;
  private final Scope scope;
  private final boolean[] finite;
  private final List<FiniteSearch> searches = new ArrayList<>();

  /**
   * @param draws in indexes of items
   * @param embeddings clean embeddings of all items
   * @param finite which of them are numbers
   * @param scope how much to find out about each query
   */
  public DrawSearch(
      List<QueryGallerySplit> draws,
      EmbeddingSet embeddings,
      boolean[] finite,
      Distance distance,
      NDManager manager,
      Scope scope) {
    this.draws = draws;
    this.distance = distance;
    this.manager = manager;
    this.scope = scope;
    this.items =
        draws.stream().flatMapToInt(d -> Arrays.stream(d.gallery())).distinct().sorted().toArray();
    this.clean = select(embeddings, items);
    this.finite = flags(finite, items);
    for (int draw = 0; draw < draws.size(); draw++) {
      searches.add(search(draw, clean, this.finite));
    }
  }

  /** Does not copy what is taken whole: the gallery of a large set takes a lot of memory. */
  private static EmbeddingSet select(EmbeddingSet set, int[] rows) {
    boolean all =
        rows.length == set.size() && IntStream.range(0, rows.length).allMatch(i -> rows[i] == i);
    return all ? set : set.select(rows);
  }

  /** Opens the gallery of a draw, taken from embeddings of {@link #items}. */
  private FiniteSearch search(int draw, EmbeddingSet of, boolean[] areFinite) {
    int[] rows = rows(draw);
    return new FiniteSearch(select(of, rows), flags(areFinite, rows), distance, manager);
  }

  private static boolean[] flags(boolean[] of, int[] rows) {
    boolean[] flags = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      flags[i] = of[rows[i]];
    }
    return flags;
  }

  /** Returns the items that are in the gallery of any draw, ascending. */
  public int[] items() {
    return items;
  }

  /** Returns the clean embeddings of {@link #items}. */
  public EmbeddingSet clean() {
    return clean;
  }

  /** Returns which of {@link #items} have a clean embedding of numbers. */
  public boolean[] finite() {
    return finite;
  }

  /** Returns the clean embeddings of those {@link #items} that have one. */
  public EmbeddingSet points() {
    return select(clean, IntStream.range(0, finite.length).filter(i -> finite[i]).toArray());
  }

  /** Returns the clean embeddings of the gallery of a draw, those that are none left out. */
  public EmbeddingSet points(int draw) {
    int[] rows = Arrays.stream(rows(draw)).filter(row -> finite[row]).toArray();
    return select(clean, rows);
  }

  /** Returns where the gallery of a draw stands among {@link #items}. */
  private int[] rows(int draw) {
    return Arrays.stream(draws.get(draw).gallery())
        .map(i -> Arrays.binarySearch(items, i))
        .toArray();
  }

  /** Returns the items of the gallery of a draw. */
  public int[] gallery(int draw) {
    return draws.get(draw).gallery();
  }

  /**
   * Searches in the clean galleries.
   *
   * @param queries embeddings of the queries of the run
   * @return one result per trial
   */
  public List<QueryResult> search(Trials trials, EmbeddingSet queries) {
    List<QueryResult> results = new ArrayList<>();
    for (int draw = 0; draw < searches.size(); draw++) {
      results.addAll(search(draw, select(queries, trials.of(draw))));
    }
    return results;
  }

  /** Searches in the clean gallery of one draw. */
  public List<QueryResult> search(int draw, EmbeddingSet asking) {
    return searches.get(draw).search(asking, scope);
  }

  /**
   * Searches in galleries that were changed.
   *
   * @param changed embeddings of {@link #items}
   * @param areFinite which of them are numbers
   */
  public List<QueryResult> search(
      Trials trials, EmbeddingSet queries, EmbeddingSet changed, boolean[] areFinite) {
    List<QueryResult> results = new ArrayList<>();
    for (int draw = 0; draw < searches.size(); draw++) {
      results.addAll(search(draw, select(queries, trials.of(draw)), changed, areFinite));
    }
    return results;
  }

  /** Searches in the gallery of one draw, where that was changed. */
  public List<QueryResult> search(
      int draw, EmbeddingSet asking, EmbeddingSet changed, boolean[] areFinite) {
    try (FiniteSearch search = search(draw, changed, areFinite)) {
      return search.search(asking, scope);
    }
  }

  @Override
  public void close() {
    searches.forEach(FiniteSearch::close);
  }
}
