package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Map;

/** An objective for the items of one cell, everything chosen that it chooses for them. */
public interface CellObjective {

  /**
   * Returns what was chosen for each item, as rows of the gallery: targets, or queries that find
   * it. Empty where the objective chooses nothing.
   */
  int[][] chosen();

  /**
   * Puts items into the rows of a native batch.
   *
   * @param items the index of the item in each row, -1 for padding; an item may stand in several
   * @param manager the owner of the arrays that are made
   */
  BatchObjective bind(int[] items, NDManager manager);

  /**
   * Puts items into the rows of a native batch, each with one gallery item that is to come ahead of
   * what is relevant, for attacks that try one after the other. Objectives that know nothing of
   * that aim as they always do.
   *
   * @param items the index of the item in each row, -1 for padding; an item may stand in several
   * @param ranks for each row, which of the wrong items nearest to the clean embedding, from 1; the
   *     last where there are fewer, and 0 for whichever is nearest at each step
   * @param manager the owner of the arrays that are made
   */
  default BatchObjective bind(int[] items, int[] ranks, NDManager manager) {
    return bind(items, manager);
  }

  /**
   * Returns what the papers report of this objective beside recall, by name, one value for each
   * item. An embedding that is not finite counts as what the attacker wants most.
   *
   * @param embeddings of the items, perturbed or clean; may be not finite
   * @param losses the objective of each item where the attack took it last; 0 of clean ones
   */
  default Map<String, double[]> measures(EmbeddingSet embeddings, double[] losses) {
    return Map.of();
  }
}
