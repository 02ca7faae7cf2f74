package dev.holdfast.models.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.models.backbone.Backbone;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Route;
import dev.holdfast.models.backbone.Weights;

/** A backbone of Holdfast with the weights that it has now, in evaluation mode. */
public final class BackboneNetwork implements Network {

  private final Backbone backbone;
  private final Weights weights;
  private final Route route;

  /**
   * @param weights stay with their owner, who may change them after this is closed
   * @param branch of each batch norm
   * @param manager the owner of what is made of the weights
   */
  public BackboneNetwork(Backbone backbone, Weights weights, Branch branch, NDManager manager) {
    this.backbone = backbone;
    this.weights = weights.forEvaluation(manager);
    this.route = Route.evaluation(branch);
  }

  @Override
  public NDArray forward(NDArray input, boolean gradient) {
    return backbone.forward(weights, input, route);
  }

  @Override
  public void close() {
    weights.close();
  }
}
