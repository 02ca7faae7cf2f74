package dev.holdfast.metrics.knn;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.Ranks;
import dev.holdfast.metrics.Watch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Exact nearest-neighbor search in a fixed gallery.
 *
 * <p>The engine multiplies blocks of queries with blocks of the gallery: in float32 to find the
 * nearest items, and in double where these do not tell enough. What its rounding leaves open is
 * computed exactly, in one fixed order of summation. Results therefore depend neither on the order
 * of the queries nor on block size, threads or device. Beyond the gallery and the results, memory
 * is that of one block. Numbers of any magnitude that float32 holds are fine.
 *
 * <p>Gallery rows that have the id of the query are not searched, nor are those of its group where
 * both sides have groups. Two items tie if their doubles are equal: squared distances for {@link
 * Distance#EUCLIDEAN}, distances for {@link Distance#COSINE}.
 */
public final class ExactSearch implements AutoCloseable {

  private static final int COARSE_ROWS = 896;

  /** From so many rows on, larger products take less time; before, few would serve both items. */
  private static final int MANY_ROWS = 1 << 15;

  private static final int BLOCK_PRODUCTS = 1 << 22;
  private static final int LONG_LIST = 8;
  private static final double[] NONE = {};

  private final EmbeddingSet gallery;
  private final Distance distance;
  private final int coarseRows;
  private final int fineRows;
  private final Rows rows;
  private final GalleryIndex index;
  private final NDManager manager;
  private final Workers workers = new Workers();
  private Watch watch = Watch.NOBODY;

  /**
   * @param coarseRows number of queries and of gallery rows in a product in float32
   * @param fineRows number of queries in a product in double
   */
  ExactSearch(
      EmbeddingSet gallery, Distance distance, NDManager parent, int coarseRows, int fineRows) {
    if (gallery.size() == 0) {
      throw new IllegalArgumentException("The gallery must have at least one item.");
    }
    this.gallery = gallery;
    this.distance = distance;
    this.coarseRows = coarseRows;
    this.fineRows = fineRows;
    this.rows = Rows.of(gallery, "gallery");
    this.index = new GalleryIndex(gallery);
    this.manager = parent.newSubManager();
  }

  /**
   * Returns a search in the given gallery, to be closed by the caller.
   *
   * @param gallery G x dimension, G at least 1; not to be changed while in use
   * @param distance what "near" means
   * @param parent gives the device; may be used for other things
   * @throws IllegalArgumentException if the gallery is empty or an embedding is not finite
   */
  public static ExactSearch of(EmbeddingSet gallery, Distance distance, NDManager parent) {
    int fineRows = Math.max(1, BLOCK_PRODUCTS / Math.max(gallery.size(), gallery.dimension()));
    int coarseRows = gallery.size() < MANY_ROWS ? COARSE_ROWS : 2 * COARSE_ROWS;
    return new ExactSearch(gallery, distance, parent, coarseRows, fineRows);
  }

  /**
   * Returns one result for each query, in the order of the queries, with {@code depth} neighbors or
   * all there are.
   *
   * @param queries N x dimension of the gallery
   * @param depth number of neighbors, at least 1; see {@link Scope}
   * @throws IllegalArgumentException if the dimensions differ, {@code depth} is not positive or an
   *     embedding is not finite
   */
  public List<QueryResult> search(EmbeddingSet queries, int depth) {
    return search(queries, new Scope(depth, Ranks.FIRST));
  }

  /** Says who is told how far a search has come. */
  public ExactSearch watched(Watch by) {
    watch = by;
    return this;
  }

  /** As {@link #search(EmbeddingSet, int)}, with as many ranks as the scope says. */
  public List<QueryResult> search(EmbeddingSet queries, Scope scope) {
    return search(queries, scope, result -> result);
  }

  /**
   * Returns what is made of each query's result, in the order of the queries. Only that is kept:
   * the ranks of a large class take more memory than the embeddings.
   *
   * @param queries N x dimension of the gallery
   * @param scope how much to find out
   * @param use called once for each query, from several threads
   * @throws IllegalArgumentException if the dimensions differ or an embedding is not finite
   */
  public <T> List<T> search(EmbeddingSet queries, Scope scope, Function<QueryResult, T> use) {
    if (queries.dimension() != gallery.dimension()) {
      throw new IllegalArgumentException(
          "The dimension (%d) of the queries must be that of the gallery (%d)."
              .formatted(queries.dimension(), gallery.dimension()));
    }
    Task task = task(queries, scope.depth());
    List<T> results = new ArrayList<>(Collections.nCopies(queries.size(), null));
    boolean[] open = new boolean[queries.size()];
    Arrays.fill(open, true);
    FineSearch.Use found =
        (query, result) -> {
          results.set(query, use.apply(asked(task, query, scope, result)));
          open[query] = false;
        };
    if (CoarseSearch.suits(task) && scope.ranks() == Ranks.NEAREST && scope.neighbors() == 0) {
      try (CoarseSearch coarse = new CoarseSearch(task, workers, coarseRows, manager)) {
        coarse.rankNearest(
            scope.depth(),
            (query, rank) -> {
              if (rank >= 0) {
                found.accept(query, nearest(task, query, rank));
              }
            },
            watch);
      }
    } else if (CoarseSearch.suits(task)) {
      int[] counts =
          IntStream.range(0, queries.size()).map(query -> count(task, scope, query)).toArray();
      // What lacks ranks that are asked for.
      QueryResult[] begun = new QueryResult[queries.size()];
      try (CoarseSearch coarse = new CoarseSearch(task, workers, coarseRows, manager)) {
        coarse.search(
            counts,
            scope,
            (query, nearest) -> {
              QueryResult result =
                  nearest == null ? null : result(task, query, nearest, scope.distances());
              if (result != null && isEnough(scope, result)) {
                found.accept(query, result);
              } else {
                begun[query] = result;
              }
            },
            watch);
        int[] unranked =
            IntStream.range(0, begun.length).filter(query -> begun[query] != null).toArray();
        if (unranked.length > 0) {
          coarse.rank(
              unranked,
              scope.ranks() == Ranks.ALL,
              (query, ranks, nearest) -> {
                if (ranks != null) {
                  found.accept(query, ranked(task, begun[query], ranks, nearest));
                }
                begun[query] = null;
              },
              watch);
        }
      }
    }
    fine(task, open, found);
    return Collections.unmodifiableList(results);
  }

  /**
   * Returns the gallery rows that are nearest to each query, nearest first: the neighbors of {@link
   * #search} alone.
   *
   * @param queries N x dimension of the gallery
   * @param depth number of neighbors, at least 1
   * @throws IllegalArgumentException if the dimensions differ, {@code depth} is not positive or an
   *     embedding is not finite
   */
  public List<int[]> neighbors(EmbeddingSet queries, int depth) {
    Task task = task(queries, new Scope(depth, Ranks.NEAR).depth());
    List<int[]> results = new ArrayList<>(Collections.nCopies(queries.size(), null));
    boolean[] open = new boolean[queries.size()];
    Arrays.fill(open, true);
    if (CoarseSearch.suits(task)) {
      int[] counts = new int[queries.size()];
      Arrays.fill(counts, Math.min(depth, gallery.size()));
      try (CoarseSearch coarse = new CoarseSearch(task, workers, coarseRows, manager)) {
        coarse.search(
            counts,
            new Scope(depth, Ranks.NEAR).withoutDistances(),
            (query, nearest) -> {
              open[query] = nearest == null;
              results.set(query, nearest == null ? null : nearest.items());
            },
            watch);
      }
    }
    fine(task, open, (query, result) -> results.set(query, result.neighbors()));
    return Collections.unmodifiableList(results);
  }

  private Task task(EmbeddingSet queries, int depth) {
    if (queries.dimension() != gallery.dimension()) {
      throw new IllegalArgumentException(
          "The dimension (%d) of the queries must be that of the gallery (%d)."
              .formatted(queries.dimension(), gallery.dimension()));
    }
    Rows queryRows =
        Arrays.equals(queries.values(), gallery.values()) ? rows : Rows.of(queries, "queries");
    return new Task(gallery, rows, index, queries, queryRows, distance, depth);
  }

  /** Returns how many items the list of a query needs; 0 where to rank the gallery is as fast. */
  private int count(Task task, Scope scope, int query) {
    int longest = gallery.size() / LONG_LIST;
    int relevant = task.view(query).relevantCount();
    boolean ranked = scope.ranks().compareTo(Ranks.NEAR) > 0;
    // One more than are relevant: the nearest that is not has a distance.
    boolean allListed =
        scope.ranks() == Ranks.FIRST || (scope.ranks() == Ranks.ALL && scope.distances());
    int count = allListed ? Math.max(scope.depth(), relevant + 1) : scope.depth();
    return count > longest || (ranked && relevant > longest) ? 0 : count;
  }

  /** Whether all ranks are there that are asked for. */
  private static boolean isEnough(Scope scope, QueryResult result) {
    return switch (scope.ranks()) {
      case NEAREST, NEAR -> true;
      case FIRST -> result.relevant() == 0 || result.relevantRanks().length > 0;
      case ALL -> result.relevantRanks().length == result.relevant();
    };
  }

  /** Returns what a list tells, with ranks beyond it. */
  private static QueryResult ranked(Task task, QueryResult listed, int[] ranks, double nearest) {
    return new QueryResult(
        listed.id(),
        listed.label(),
        listed.relevant(),
        ranks,
        listed.rankedUpTo(),
        listed.neighbors(),
        listed.hits(),
        listed.distances(),
        task.distance(nearest),
        listed.nearestOtherDistance());
  }

  /** Leaves out what was found without being asked for: how much that is depends on blocks. */
  private static QueryResult asked(Task task, int query, Scope scope, QueryResult result) {
    boolean near = scope.ranks().compareTo(Ranks.NEAR) <= 0;
    int last =
        scope.ranks() == Ranks.ALL
            ? task.view(query).size()
            : Math.min(
                result.rankedUpTo(),
                near ? scope.depth() : Math.max(scope.depth(), result.relevant()));
    int[] ranks = result.relevantRanks();
    if (scope.ranks() == Ranks.NEAREST && ranks.length > 0) {
      last = Math.min(last, ranks[0]);
    }
    int known = 0;
    while (known < ranks.length && (ranks[known] <= last || (known == 0 && !near))) {
      known++;
    }
    boolean otherKnown = !near;
    for (boolean hit : result.hits()) {
      otherKnown |= !hit;
    }
    return new QueryResult(
        result.id(),
        result.label(),
        result.relevant(),
        Arrays.copyOf(ranks, known),
        last,
        Arrays.copyOf(result.neighbors(), Math.min(scope.neighbors(), result.neighbors().length)),
        Arrays.copyOf(
            result.hits(),
            Math.min(
                scope.ranks() == Ranks.NEAREST ? scope.neighbors() : scope.depth(),
                result.hits().length)),
        scope.distances() ? result.distances() : NONE,
        scope.distances() && known > 0 ? result.nearestRelevantDistance() : Double.NaN,
        scope.distances() && otherKnown ? result.nearestOtherDistance() : Double.NaN);
  }

  /** Returns what the rank of the nearest relevant item tells; 0 where it is too far. */
  private static QueryResult nearest(Task task, int query, int rank) {
    GalleryIndex.View view = task.view(query);
    return new QueryResult(
        task.queries().ids()[query],
        task.queries().labels()[query],
        view.relevantCount(),
        rank == 0 ? new int[0] : new int[] {rank},
        rank == 0 ? Math.min(task.depth(), view.size()) : rank,
        new int[0],
        new boolean[0],
        NONE,
        Double.NaN,
        Double.NaN);
  }

  /** Returns what a list of the nearest items tells. */
  private static QueryResult result(Task task, int query, Nearest nearest, boolean distances) {
    GalleryIndex.View view = task.view(query);
    int size = nearest.size();
    int relevant = view.relevantCount();
    boolean[] hits = new boolean[size];
    int[] ranks = new int[size];
    int found = 0;
    int other = -1;
    for (int i = 0; i < size; i++) {
      hits[i] = view.isRelevant(nearest.items()[i]);
      if (hits[i]) {
        ranks[found++] = i + 1;
      } else if (other < 0) {
        other = i;
      }
    }
    int shown = Math.min(size, task.depth());
    return new QueryResult(
        task.queries().ids()[query],
        task.queries().labels()[query],
        relevant,
        Arrays.copyOf(ranks, found),
        size,
        Arrays.copyOf(nearest.items(), shown),
        Arrays.copyOf(hits, shown),
        distances ? Arrays.stream(nearest.keys()).limit(shown).map(task::distance).toArray() : NONE,
        found == 0 ? Double.NaN : task.distance(nearest.keys()[ranks[0] - 1]),
        other < 0 ? Double.NaN : task.distance(nearest.keys()[other]));
  }

  private void fine(Task task, boolean[] open, FineSearch.Use use) {
    int[] queries = IntStream.range(0, open.length).filter(query -> open[query]).toArray();
    if (queries.length > 0) {
      try (FineSearch fine = new FineSearch(task, workers, fineRows, manager)) {
        fine.search(queries, use);
      }
    }
  }

  /** Frees what the search holds on the device. */
  @Override
  public void close() {
    workers.close();
    manager.close();
  }
}
