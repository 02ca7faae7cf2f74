package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.engine.GraphSafeScalars;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The candidate under attack, a gallery item, is to be found ahead of, or behind, everything else
 * by its queries.
 *
 * @param chosen for each item, its queries
 * @param ahead whether it is to come ahead
 * @param everything whether its clean copy and the query itself are among what it is compared with
 */
@SuppressWarnings("ArrayRecordComponent")
record CandidateObjective(
    GalleryView galleryView, EmbeddingSet items, int[][] chosen, boolean ahead, boolean everything)
    implements CellObjective {

  /** One query of each row: its embedding, its distances to everything, and what counts. */
  private record Query(NDArray embedding, NDArray distances, NDArray counted, NDArray number) {}

  @Override
  public BatchObjective bind(int[] batch, NDManager manager) {
    Query[] queries = new Query[chosen[0].length];
    for (int w = 0; w < queries.length; w++) {
      queries[w] = query(w, batch, manager);
    }
    double sign = ahead ? 1 : -1;
    return e -> {
      NDArray prepared = galleryView.prepareGiven(e);
      NDArray sum = null;
      for (Query query : queries) {
        NDArray near = galleryView.between(prepared, query.embedding());
        // Which items it has not passed yet is a step function; the loss is linear in between.
        NDArray fixed = near.stopGradient().toType(DataType.FLOAT64, false).expandDims(1);
        NDArray ahead = fixed.sub(query.distances()).muli(sign).gt(0);
        NDArray active = ahead.toType(DataType.FLOAT64, false).muli(query.counted());
        NDArray share = active.sum(new int[] {1}).divi(query.number());
        NDArray mean = active.muli(query.distances()).sum(new int[] {1}).divi(query.number());
        NDArray loss =
            near.mul(share.toType(DataType.FLOAT32, false))
                .sub(mean.toType(DataType.FLOAT32, false));
        sum = sum == null ? loss : sum.add(loss);
      }
      return GraphSafeScalars.times(sum, -sign / queries.length);
    };
  }

  private Query query(int w, int[] batch, NDManager manager) {
    long[] rows = new long[batch.length];
    int[] self = new int[batch.length];
    int[] own = new int[batch.length];
    for (int i = 0; i < batch.length; i++) {
      rows[i] = batch[i] < 0 ? 0 : chosen[batch[i]][w];
      self[i] = batch[i] < 0 || everything ? -1 : galleryView.self(items, batch[i]);
      own[i] = everything ? -1 : (int) rows[i];
    }
    try (NDManager temporary = manager.newSubManager()) {
      NDArray numbers = temporary.create(rows);
      NDArray embedding = galleryView.galleryRows(numbers);
      NDArray exact = galleryView.exactRows().get(temporary, new NDIndex("{}", numbers));
      NDArray distances = galleryView.exactDistances(exact);
      int size = galleryView.gallery().size();
      NDArray counted =
          RankLoss.allBut(self, size, temporary).muli(RankLoss.allBut(own, size, temporary));
      NDArray number = counted.sum(new int[] {1}).maximum(1);
      for (NDArray array : new NDArray[] {embedding, distances, counted, number}) {
        array.attach(manager);
      }
      return new Query(embedding, distances, counted, number);
    }
  }

  @Override
  public Map<String, double[]> measures(EmbeddingSet embeddings, double[] losses) {
    RankCounter standing = galleryView.standing();
    double[] ranks = new double[embeddings.size()];
    IntStream.range(0, ranks.length)
        .parallel()
        .forEach(
            item -> {
              double[] candidate = standing.point(embeddings, item);
              for (int query : chosen[item]) {
                ranks[item] += rank(standing, candidate, item, query);
              }
              ranks[item] /= chosen[item].length;
            });
    return Map.of(QueryObjective.CANDIDATE_RANK, ranks);
  }

  /** Returns the place of a candidate for one query: 0 ahead of everything, 1 behind everything. */
  private double rank(RankCounter standing, double[] candidate, int item, int query) {
    double[] asking = standing.point(galleryView.gallery(), query);
    double[] distances = standing.distances(asking);
    double from = standing.between(asking, candidate);
    if (everything) {
      // RobRank does not look at ties; what is not a number is where the attacker wants it.
      boolean lost = !ahead && Double.isNaN(from);
      return (double) RankCounter.ahead(distances, from, x -> true, lost) / distances.length;
    }
    int self = galleryView.self(items, item);
    int counted = distances.length - (self < 0 || self == query ? 1 : 2);
    int before = RankCounter.ahead(distances, from, x -> x != self && x != query, !ahead);
    return (double) before / Math.max(1, counted);
  }
}
