package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The query under attack is to find its candidates ahead of, or behind, everything else; with some
 * kept items where they are, ahead of everything else, if there are any.
 *
 * @param chosen for each item, its candidates, and behind them the kept items
 * @param candidates how many of them are candidates
 * @param ahead whether candidates are to come ahead
 * @param everything whether the query itself is among what it is compared with
 * @param beta how fast the weight of the kept items rises with what they lose
 */
@SuppressWarnings("ArrayRecordComponent")
record QueryObjective(
    GalleryView galleryView,
    EmbeddingSet items,
    int[][] chosen,
    int candidates,
    boolean ahead,
    boolean everything,
    double beta)
    implements CellObjective {

  private static final double HEAVIEST = 1e9;

  /** Mean share of what counts that stands ahead of a candidate. */
  static final String CANDIDATE_RANK = "candidate-rank";

  /** The same of the items that are to stay where they are. */
  static final String KEPT_RANK = "kept-rank";

  @Override
  public BatchObjective bind(int[] batch, NDManager manager) {
    int[] self = new int[batch.length];
    int[][] targets = new int[batch.length][candidates];
    int[][] kept = new int[batch.length][chosen[0].length - candidates];
    for (int i = 0; i < batch.length; i++) {
      self[i] = batch[i] < 0 || everything ? -1 : galleryView.self(items, batch[i]);
      if (batch[i] >= 0) {
        int[] all = chosen[batch[i]];
        targets[i] = Arrays.copyOf(all, candidates);
        kept[i] = Arrays.copyOfRange(all, candidates, all.length);
      }
    }
    NDArray counted = RankLoss.allBut(self, galleryView.gallery().size(), manager);
    RankLoss attack = new RankLoss(galleryView, targets, counted, ahead);
    RankLoss keep = kept[0].length == 0 ? null : new RankLoss(galleryView, kept, counted, true);
    return e -> {
      NDArray prepared = galleryView.prepareGiven(e);
      RankLoss.Value loss = attack.at(prepared.stopGradient());
      NDArray value = loss.value();
      NDArray gradient = loss.gradient();
      if (keep != null) {
        RankLoss.Value more = keep.at(prepared.stopGradient());
        // A weight that is no function of the embeddings: it has no derivative.
        NDArray weight = more.value().mul(beta).minimum(Math.log(HEAVIEST)).exp();
        value = value.add(more.value().mul(weight));
        gradient = gradient.add(more.gradient().mul(weight.expandDims(1)));
      }
      return FixedGradientLoss.loss(prepared, value.neg(), gradient.neg());
    };
  }

  @Override
  public Map<String, double[]> measures(EmbeddingSet embeddings, double[] losses) {
    RankCounter standing = galleryView.standing();
    int n = embeddings.size();
    double[] drawn = new double[n];
    double[] kept = new double[n];
    boolean keeps = chosen.length > 0 && chosen[0].length > candidates;
    IntStream.range(0, n)
        .parallel()
        .forEach(
            item -> {
              double[] distances = standing.distances(standing.point(embeddings, item));
              int[] all = chosen[item];
              drawn[item] = rank(distances, item, Arrays.copyOf(all, candidates), ahead);
              if (keeps) {
                int[] rest = Arrays.copyOfRange(all, candidates, all.length);
                // Whatever else is wanted, the model is to keep these in front.
                kept[item] = rank(distances, item, rest, false);
              }
            });
    Map<String, double[]> measures = new LinkedHashMap<>();
    measures.put(CANDIDATE_RANK, drawn);
    if (keeps) {
      measures.put(KEPT_RANK, kept);
    }
    return measures;
  }

  /**
   * Returns the mean place of some gallery items: 0 ahead of everything, 1 behind everything.
   * RobRank counts the query's clean copy, and divides by the size of the whole gallery.
   *
   * @param front whether the attacker wants them in front: ties and what is not a number help him
   */
  private double rank(double[] distances, int item, int[] rows, boolean front) {
    int self = everything ? -1 : galleryView.self(items, item);
    double sum = 0;
    for (int row : rows) {
      // RobRank does not look at ties.
      boolean ties = !front && (!everything || Double.isNaN(distances[row]));
      int before = RankCounter.ahead(distances, distances[row], x -> x != self && x != row, ties);
      int others = distances.length - (self < 0 || self == row ? 1 : 2);
      sum += (double) before / (everything ? distances.length : Math.max(1, others));
    }
    return sum / rows.length;
  }
}
