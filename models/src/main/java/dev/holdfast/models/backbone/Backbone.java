package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.models.registry.Registry;
import java.util.List;

/**
 * A network as a pure function of its weights and its input. The weights carry every state, so one
 * description serves training, checkpoints and evaluation.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Backbone permits ConvNet, ResNet18, ResNet20, ResNet50 {

  /** How the names of the arrays behind the pooling start: they depend on the dimension. */
  String HEAD = "fc.";

  /** Returns the id that cards and recipes use. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns what it is, in one line. */
  String description();

  /** Returns where it comes from. */
  String source();

  /**
   * Returns the arrays of the network, without auxiliary branches, in the order in which their
   * initial values are drawn.
   *
   * @param channels of the input: 1 or 3
   * @param dimension numbers in one embedding
   * @throws dev.holdfast.metrics.error.InputException if the network cannot have that dimension
   */
  List<ArraySpec> arrays(int channels, int dimension);

  /** Returns the channels of the feature map. */
  int featureChannels();

  /**
   * Runs the network up to its last feature map.
   *
   * @param input N x C x H x W, normalized
   * @return N x F x h x w
   */
  NDArray features(Weights weights, NDArray input, Route route);

  /**
   * Makes embeddings of a feature map.
   *
   * @return N x D, not normalized
   */
  NDArray head(Weights weights, NDArray features);

  /** Runs the whole network: {@link #head} of {@link #features}. */
  default NDArray forward(Weights weights, NDArray input, Route route) {
    try (NDArray features = features(weights, input, route)) {
      return head(weights, features);
    }
  }
}
