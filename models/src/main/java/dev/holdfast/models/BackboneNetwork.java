package dev.holdfast.models;

import ai.djl.ndarray.NDArray;
import dev.holdfast.models.backbone.Backbone;
import dev.holdfast.models.backbone.Route;
import dev.holdfast.models.backbone.Weights;

/** A backbone of Holdfast with its weights, in evaluation mode. */
final class BackboneNetwork implements Network {

  private final Backbone backbone;
  private final Weights weights;

  BackboneNetwork(Backbone backbone, Weights weights) {
    this.backbone = backbone;
    this.weights = weights;
  }

  @Override
  public NDArray forward(NDArray input, boolean gradient) {
    return backbone.forward(weights, input, Route.evaluation());
  }

  @Override
  public void close() {
    weights.close();
  }
}
