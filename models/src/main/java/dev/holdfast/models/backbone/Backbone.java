package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.registry.Registry;

/**
 * A network as a pure function of its weights and its input. The weights carry every state, so one
 * description serves training, checkpoints and evaluation.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Backbone permits ConvNet {

  /** Returns the id that cards and recipes use. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns what it is, in one line. */
  String description();

  /** Returns where it comes from. */
  String source();

  /**
   * Draws initial weights.
   *
   * @param channels of the input: 1 or 3
   * @param dimension numbers in one embedding
   */
  Weights initialize(NDManager manager, int channels, int dimension, CounterRng rng);

  /**
   * Runs the network.
   *
   * @param input N x C x H x W, normalized
   * @param training whether batch norm uses the statistics of the batch and updates its running
   *     ones
   * @return N x D, not normalized
   */
  NDArray forward(Weights weights, NDArray input, boolean training);
}
