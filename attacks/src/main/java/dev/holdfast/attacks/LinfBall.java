package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.random.CounterRng;

/**
 * The box of images whose values differ by at most epsilon.
 *
 * @param lower the smallest allowed values
 * @param upper the largest allowed values
 */
record LinfBall(NDArray lower, NDArray upper) implements Ball {

  /**
   * Computes the bounds in double and rounds them towards the clean value, so that no float
   * rounding lets a perturbation out of its budget.
   */
  static LinfBall around(NDArray clean, double epsilon, NDManager manager) {
    float[] values = clean.toFloatArray();
    float[] lower = new float[values.length];
    float[] upper = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      double x = values[i];
      float low = (float) Math.max(0, x - epsilon);
      float high = (float) Math.min(1, x + epsilon);
      lower[i] = x - low > epsilon ? Math.nextUp(low) : low;
      upper[i] = high - x > epsilon ? Math.nextDown(high) : high;
    }
    return new LinfBall(
        manager.create(lower, clean.getShape()), manager.create(upper, clean.getShape()));
  }

  @Override
  public NDArray step(NDArray images, NDArray gradient, double length) {
    return images.add(gradient.sign().mul((float) length));
  }

  @Override
  public NDArray project(NDArray images) {
    return images.maximum(lower).minimum(upper);
  }

  /** The bounds are exact already. */
  @Override
  public NDArray settle(NDArray images) {
    return images;
  }

  @Override
  public void fill(float[] perturbation, int offset, int length, double radius, CounterRng rng) {
    for (int i = offset; i < offset + length; i++) {
      perturbation[i] = (float) rng.nextDouble(-radius, radius);
    }
  }
}
