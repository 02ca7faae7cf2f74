package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named arrays of a network: parameters, and buffers (running statistics), which no gradient
 * changes.
 */
public final class Weights implements AutoCloseable {

  private final NDManager manager;
  private final Map<String, NDArray> arrays = new LinkedHashMap<>();

  /**
   * Starts an empty set.
   *
   * @param parent whose engine and device to use; the arrays live on a sub-manager of it
   */
  public Weights(NDManager parent) {
    this.manager = parent.newSubManager();
  }

  /**
   * Returns the array of that name.
   *
   * @throws InputException if there is none
   */
  public NDArray get(String name) {
    NDArray array = arrays.get(name);
    if (array == null) {
      throw InputException.of(
          "array",
          name,
          "the weights",
          "be there, and they have " + String.join(", ", arrays.keySet()),
          "they belong to another backbone");
    }
    return array;
  }

  /** Returns everything, in the order in which it was made. */
  public Map<String, NDArray> all() {
    return Collections.unmodifiableMap(arrays);
  }

  /** Tells whether a name stands for a running statistic rather than a parameter. */
  public static boolean isBuffer(String name) {
    return name.endsWith(".running_mean") || name.endsWith(".running_var");
  }

  /**
   * Returns the same weights for one training step: parameters as fresh copies whose gradients are
   * recorded, buffers as they are, so that batch norm updates them in place. These weights
   * themselves never record gradients; so no gradient is left over for the next step, and nothing
   * else that uses them pays for parameter gradients.
   *
   * @param parent lives as long as the step
   */
  public Weights leaves(NDManager parent) {
    Weights step = new Weights(parent);
    arrays.forEach(
        (name, array) -> {
          if (isBuffer(name)) {
            step.arrays.put(name, array);
          } else {
            NDArray leaf = array.duplicate();
            leaf.attach(step.manager);
            leaf.setRequiresGradient(true);
            step.arrays.put(name, leaf);
          }
        });
    return step;
  }

  /** Adds values. */
  public void put(String name, float[] values, Shape shape) {
    arrays.put(name, manager.create(values, shape));
  }

  void fill(String name, Shape shape, float value) {
    arrays.put(name, manager.full(shape, value));
  }

  void drawNormal(String name, Shape shape, double deviation, CounterRng rng) {
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * rng.nextGaussian());
    }
    put(name, values, shape);
  }

  @Override
  public void close() {
    manager.close();
  }
}
