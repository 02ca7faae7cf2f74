package dev.holdfast.models.engine;

import ai.djl.ndarray.NDArray;

/** The bare function between normalized pixels and raw embeddings, in evaluation mode. */
public interface Network extends AutoCloseable {

  /**
   * Runs the network.
   *
   * @param input N x C x H x W, normalized, channels in the order of the card
   * @param gradient whether the result must be differentiable with respect to the input
   * @return N x D, on the manager of {@code input}
   */
  NDArray forward(NDArray input, boolean gradient);

  /** Frees the weights. */
  @Override
  void close();
}
