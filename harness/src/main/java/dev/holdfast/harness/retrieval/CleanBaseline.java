package dev.holdfast.harness.retrieval;

import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.QueryGallerySplit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The clean baseline: the queries of an audit and what they find before anything is perturbed;
 * whatever is found later is scored by the same rules. Queries without a relevant item are left
 * out.
 *
 * @param images of the data set
 * @param seed of the audit
 * @param metrics of the battery
 * @param embeddings clean ones of all images; zero where they are not finite
 * @param finite which of them are numbers
 * @param retrieval in the galleries
 * @param galleryView the points of all galleries
 * @param queries indices of the images that ask, in the order of the data set
 * @param trials who asks in which draw
 * @param results one for each trial
 */
@SuppressWarnings("ArrayRecordComponent")
public record CleanBaseline(
    ImageBatches images,
    long seed,
    List<RetrievalMetric> metrics,
    EmbeddingSet embeddings,
    boolean[] finite,
    DrawSearch retrieval,
    GalleryView galleryView,
    int[] queries,
    Trials trials,
    List<QueryResult> results) {

  /**
   * Asks the clean queries.
   *
   * @param data what the user calls it
   * @param chosen indices of the images that ask, ascending
   * @throws InputException if no query has a relevant item
   */
  public static CleanBaseline measure(
      String data,
      int[] chosen,
      List<QueryGallerySplit> draws,
      ImageBatches images,
      long seed,
      List<RetrievalMetric> metrics,
      EmbeddingSet embeddings,
      boolean[] finite,
      DrawSearch retrieval,
      GalleryView galleryView) {
    Trials all = trials(chosen, draws);
    List<QueryResult> results = retrieval.search(all, embeddings.select(chosen));
    int[] usable =
        IntStream.range(0, all.size()).filter(t -> results.get(t).relevant() > 0).toArray();
    int[] kept = Arrays.stream(usable).map(t -> all.queries()[t]).distinct().sorted().toArray();
    if (kept.length == 0) {
      boolean apart = !Arrays.equals(draws.get(0).queries(), draws.get(0).gallery());
      throw new InputException(
          "The data (%s) must have %s.%nMaybe use another folder or split: no query has a relevant item."
              .formatted(
                  data,
                  apart
                      ? "a query whose class is in the gallery, too; classes are compared by name"
                      : "a class with two images"));
    }
    return new CleanBaseline(
        images,
        seed,
        metrics,
        embeddings,
        finite,
        retrieval,
        galleryView,
        Arrays.stream(kept).map(i -> chosen[i]).toArray(),
        new Trials(
            Arrays.stream(usable).map(t -> Arrays.binarySearch(kept, all.queries()[t])).toArray(),
            Arrays.stream(usable).map(t -> all.draws()[t]).toArray(),
            all.count()),
        Arrays.stream(usable).mapToObj(results::get).toList());
  }

  private static Trials trials(int[] chosen, List<QueryGallerySplit> draws) {
    IntStream.Builder asking = IntStream.builder();
    IntStream.Builder numbers = IntStream.builder();
    for (int draw = 0; draw < draws.size(); draw++) {
      for (int item : draws.get(draw).queries()) {
        int query = Arrays.binarySearch(chosen, item);
        if (query >= 0) {
          asking.add(query);
          numbers.add(draw);
        }
      }
    }
    return new Trials(asking.build().toArray(), numbers.build().toArray(), draws.size());
  }

  /** Returns a number of trials of the first draw, chosen by seed and id. */
  public int[] fewOfFirstDraw(IntPredicate among, int count) {
    return IntStream.range(0, trials.size())
        .filter(t -> trials.draws()[t] == 0 && among.test(t))
        .boxed()
        .sorted(images.order(seed, this::item))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Returns the image that asks in a trial. */
  public int item(int trial) {
    return queries[trials.queries()[trial]];
  }

  /** Returns the clean embeddings of the queries. */
  public EmbeddingSet asked() {
    return embeddings.select(queries);
  }

  /** Returns which queries have a clean embedding of numbers. */
  public boolean[] queriesFinite() {
    boolean[] are = new boolean[queries.length];
    for (int q = 0; q < queries.length; q++) {
      are[q] = finite[queries[q]];
    }
    return are;
  }

  /** Returns for each trial the share of the gallery that is relevant. */
  public double[] chance() {
    return IntStream.range(0, trials.size())
        .mapToDouble(
            t -> results.get(t).relevant() / (double) retrieval.gallery(trials.draws()[t]).length)
        .toArray();
  }

  /** Returns 1 for each trial whose clean query finds a relevant item first, else 0. */
  public double[] hits() {
    return hits(results);
  }

  /** Asks some embeddings of queries in the first draw; returns their hits. */
  public double[] hitsInFirstDraw(EmbeddingSet asking) {
    return hits(inFirstDraw(asking));
  }

  /** Asks some embeddings of queries in the first draw; returns the ranks of what is relevant. */
  public int[] ranksInFirstDraw(EmbeddingSet asking) {
    return inFirstDraw(asking).stream().mapToInt(QueryResult::firstRelevantRank).toArray();
  }

  private List<QueryResult> inFirstDraw(EmbeddingSet asking) {
    int n = asking.size();
    Trials few = new Trials(IntStream.range(0, n).toArray(), new int[n], trials.count());
    return retrieval.search(few, asking);
  }

  private static double[] hits(List<QueryResult> found) {
    return found.stream().mapToDouble(r -> r.firstRelevantRank() == 1 ? 1 : 0).toArray();
  }

  /** Returns the id of the query of each trial. */
  public long[] ids() {
    return IntStream.range(0, trials.size()).mapToLong(t -> images.item(item(t)).id()).toArray();
  }

  /**
   * Returns the rank for each trial; a query that is no point has found nothing.
   *
   * @param areFinite which queries are points
   */
  public int[] ranks(List<QueryResult> found, boolean[] areFinite) {
    return IntStream.range(0, trials.size())
        .map(
            t ->
                areFinite[trials.queries()[t]]
                    ? found.get(t).firstRelevantRank()
                    : retrieval.gallery(trials.draws()[t]).length)
        .toArray();
  }

  /**
   * Returns one value for each metric and trial. A query that is no point has missed everything. Of
   * a cell that leaves broken queries, the other metrics would mean nothing.
   *
   * @param cell null for the clean run
   * @param areFinite which queries are points
   */
  public Map<String, double[]> values(Cell cell, List<QueryResult> found, boolean[] areFinite) {
    String only =
        cell instanceof AttackCell a && a.stop() != null ? MetricNames.recall(a.stop()) : null;
    Map<String, double[]> values = new LinkedHashMap<>();
    for (RetrievalMetric metric : metrics) {
      String word = MetricNames.word(metric);
      if (only == null || only.equals(word)) {
        values.put(
            word,
            IntStream.range(0, trials.size())
                .mapToDouble(t -> areFinite[trials.queries()[t]] ? metric.value(found.get(t)) : 0)
                .toArray());
      }
    }
    return values;
  }
}
