package dev.holdfast.models.loss;

import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.Weights;

/**
 * What the parameters of a loss are made for.
 *
 * @param weights where they are put
 * @param prefix how their names start
 * @param classes number of classes to train on
 * @param dimension numbers in one embedding
 * @param features channels of the feature map of the backbone
 * @param rng of their initial values
 */
public record LossShape(
    Weights weights, String prefix, int classes, int dimension, int features, CounterRng rng) {

  /** Returns the same for a loss inside another one, over embeddings of another length. */
  LossShape within(String name, int otherDimension) {
    return new LossShape(weights, prefix + name + ".", classes, otherDimension, features, rng);
  }

  /** Adds values that are uniform in [-bound, bound). */
  void uniform(String name, double bound, long... shape) {
    Shape s = new Shape(shape);
    float[] values = new float[Math.toIntExact(s.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.nextDouble(-bound, bound);
    }
    weights.put(prefix + name, values, s);
  }

  /** Adds equal values. */
  void constant(String name, double value, long... shape) {
    weights.fill(prefix + name, new Shape(shape), (float) value);
  }

  /** Adds one vector for each class, the way the weights of a linear layer are drawn. */
  void prototypes(String name) {
    uniform(name, 1 / Math.sqrt(dimension), classes, dimension);
  }
}
