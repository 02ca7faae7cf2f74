package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.models.registry.Registry;

/**
 * A loss of a batch of labeled embeddings. It is small when embeddings of one class are close to
 * each other and far from those of other classes.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface MetricLoss permits MultiSimilarity {

  /** Returns the id that recipes use. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns what it is, in one line. */
  String description();

  /** Returns where it comes from. */
  String source();

  /**
   * Computes the loss. Embeddings are scaled to length 1 inside, so neither the value nor the
   * direction of the gradient depends on their lengths.
   *
   * @param embeddings N x D float32 of any length; the result is differentiable with respect to it
   * @param labels N class labels
   * @return a scalar on the manager of {@code embeddings}, as are all intermediate arrays; 0 where
   *     no two embeddings can be compared
   */
  NDArray loss(NDArray embeddings, long[] labels);
}
