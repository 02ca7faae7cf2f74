package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Arrays;

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
record QueryAim(
    Surroundings surroundings,
    EmbeddingSet items,
    int[][] chosen,
    int candidates,
    boolean ahead,
    boolean everything,
    double beta)
    implements Aim {

  private static final double HEAVIEST = 1e9;

  @Override
  public BoundObjective bind(int[] batch, NDManager manager) {
    int[] self = new int[batch.length];
    int[][] targets = new int[batch.length][candidates];
    int[][] kept = new int[batch.length][chosen[0].length - candidates];
    for (int i = 0; i < batch.length; i++) {
      self[i] = batch[i] < 0 || everything ? -1 : surroundings.self(items, batch[i]);
      if (batch[i] >= 0) {
        int[] all = chosen[batch[i]];
        targets[i] = Arrays.copyOf(all, candidates);
        kept[i] = Arrays.copyOfRange(all, candidates, all.length);
      }
    }
    NDArray counted = RankLoss.allBut(self, surroundings.gallery().size(), manager);
    RankLoss attack = new RankLoss(surroundings, targets, counted, ahead);
    RankLoss keep = kept[0].length == 0 ? null : new RankLoss(surroundings, kept, counted, true);
    return e -> {
      NDArray prepared = surroundings.prepareGiven(e);
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
      return Surrogate.loss(prepared, value.neg(), gradient.neg());
    };
  }
}
