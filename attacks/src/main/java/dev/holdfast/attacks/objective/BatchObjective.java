package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;

/** An objective for one batch of images. */
@FunctionalInterface
public interface BatchObjective {

  /**
   * Returns the loss that the attacker maximizes.
   *
   * @param embeddings rows x D
   * @return one loss per row; those of padding mean nothing, but are finite
   */
  NDArray loss(NDArray embeddings);
}
