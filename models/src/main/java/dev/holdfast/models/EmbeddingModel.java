package dev.holdfast.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.models.card.ModelCard;
import java.util.function.UnaryOperator;

/**
 * A candidate. It takes pixels and gives embeddings; normalization and channel order are inside, so
 * that every perturbation budget is in pixel space.
 *
 * <p>Always in evaluation mode: neither call changes parameters, batch-norm statistics or the mode.
 */
public interface EmbeddingModel extends AutoCloseable {

  /** Returns what the model declares of itself. */
  ModelCard card();

  /** Returns the SHA-256 of the weights in hexadecimal digits. */
  String sha256();

  /** Returns the manager that owns the model; close sub-managers of it, not itself. */
  NDManager manager();

  /**
   * Embeds images.
   *
   * @param pixels N x C x H x W float32, RGB (or one channel of luma) in [0,1]
   * @return N x D float32, on the manager of {@code pixels}; may hold values that are not finite
   * @throws dev.holdfast.metrics.error.InputException if the network throws or gives another shape
   */
  NDArray embed(NDArray pixels);

  /**
   * Differentiates a loss of the embeddings with respect to the pixels: one forward and one
   * backward pass.
   *
   * @param pixels N x C x H x W float32; left as it is
   * @param loss maps N x D embeddings to N losses; the sum of them is differentiated, so the
   *     gradient of a sample does not depend on the other samples
   * @return arrays on the manager of {@code pixels}; the gradient is zero where the network lets
   *     none through
   * @throws dev.holdfast.metrics.error.InputException if the network throws, gives another shape or
   *     has no derivative
   */
  InputGradient gradient(NDArray pixels, UnaryOperator<NDArray> loss);

  /** Frees the weights. */
  @Override
  void close();
}
