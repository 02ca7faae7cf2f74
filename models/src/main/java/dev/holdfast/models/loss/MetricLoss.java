package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.models.registry.Registry;

/**
 * A loss of a batch of labeled embeddings. It is small when embeddings of one class are close to
 * each other and far from those of other classes.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface MetricLoss
    permits MultiSimilarity,
        Contrastive,
        Triplet,
        Margin,
        LiftedStructure,
        BinomialDeviance,
        ArcFace,
        NormalizedSoftmax,
        ProxyNca,
        ProxyAnchor,
        S2sd {

  /** Returns the id that recipes use. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns what it is, in one line. */
  String description();

  /** Returns where it comes from. */
  String source();

  /** Draws the parameters that the loss learns beside the network; most losses have none. */
  default void initialize(LossShape shape) {}

  /**
   * Tells whether the loss looks at the feature map of the backbone: {@link LossState#features}.
   */
  default boolean needsFeatures() {
    return false;
  }

  /**
   * Computes the loss. Embeddings are scaled to length 1 inside, so neither the value nor the
   * direction of the gradient depends on their lengths, unless the loss was told otherwise.
   *
   * @param embeddings N x D float32 of any length; the result is differentiable with respect to it
   * @param labels N class labels
   * @param state the loss's own parameters, with respect to which the result is differentiable too,
   *     and all else that it knows beside the batch
   * @return a scalar on the manager of {@code embeddings}, as are all intermediate arrays; 0 where
   *     no two embeddings can be compared
   */
  NDArray loss(NDArray embeddings, long[] labels, LossState state);
}
