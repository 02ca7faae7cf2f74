package dev.holdfast.models.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.holdfast.models.backbone.Weights;
import java.util.List;
import java.util.function.Supplier;

/** One batch, the network to train on it, and the arrays of both for as long as the step takes. */
public final class TrainingStep {

  private final Recipe recipe;
  private final Weights weights;
  private final NDArray pixels;
  private final long[] labels;

  /**
   * @param weights the leaves of this step: gradients are recorded for all parameters
   * @param pixels N x C x H x W in [0,1], on the manager of the step
   */
  TrainingStep(Recipe recipe, Weights weights, NDArray pixels, long[] labels) {
    this.recipe = recipe;
    this.weights = weights;
    this.pixels = pixels;
    this.labels = labels;
  }

  /** Returns what the user asked for. */
  public Recipe recipe() {
    return recipe;
  }

  /** Returns the batch: N x C x H x W float32 in [0,1], augmented. */
  public NDArray pixels() {
    return pixels;
  }

  /** Returns N class labels; images of one class follow each other. */
  public long[] labels() {
    return labels.clone();
  }

  /**
   * Runs the network in training mode; batch norm updates its running statistics.
   *
   * @param images N x C x H x W in [0,1]
   * @return N x D, not normalized
   */
  public NDArray embed(NDArray images) {
    NDArray input = images;
    if (!recipe.normalization().identity()) {
      NDManager manager = images.getManager();
      input =
          input
              .sub(perChannel(recipe.normalization().mean(), manager))
              .div(perChannel(recipe.normalization().std(), manager));
    }
    return recipe.backbone().forward(weights, input, true);
  }

  private static NDArray perChannel(List<Double> values, NDManager manager) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return manager.create(floats, new Shape(1, floats.length, 1, 1));
  }

  /**
   * Leaves the gradient of a scalar in the weights. Only once per step, since gradients add up.
   *
   * @param loss computes the scalar; called while gradients are recorded
   * @return its value
   */
  public double backward(Supplier<NDArray> loss) {
    // The engine allows one collector at a time, so a method may open its own before this call.
    try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray value = loss.get();
      collector.backward(value);
      return value.getFloat();
    }
  }
}
