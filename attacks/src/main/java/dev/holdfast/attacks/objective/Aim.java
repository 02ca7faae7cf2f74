package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDManager;

/** An objective for the items of one cell, everything chosen that it chooses for them. */
public interface Aim {

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
  BoundObjective bind(int[] items, NDManager manager);
}
