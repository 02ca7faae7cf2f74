package dev.holdfast.attacks.projection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;

/**
 * The box of images whose values differ by at most epsilon.
 *
 * @param lower the smallest allowed values
 * @param upper the largest allowed values
 */
record LinfBall(NDArray lower, NDArray upper) implements Ball {

  /** The next float above 1: a product with it is one or two floats away from 0. */
  private static final float AWAY_FROM_0 = Math.nextUp(1f);

  private static final float TOWARDS_0 = 2 - AWAY_FROM_0;

  /**
   * Computes the bounds. A sum of floats may be half a float too far out, so every bound moves one
   * or two floats inwards (less than 3e-7), though not past the clean value: no rounding lets a
   * perturbation out of its budget. On the device, because copies to Java cost as much as a
   * gradient.
   */
  static LinfBall around(NDArray clean, double epsilon, NDManager manager) {
    float nearest = (float) epsilon;
    float radius = nearest > epsilon ? Math.nextDown(nearest) : nearest;
    try (NDManager temporary = manager.newSubManager()) {
      NDArray low = clean.sub(radius);
      low.attach(temporary);
      NDArray high = clean.add(radius);
      high.attach(temporary);
      NDArray lower = low.muli(AWAY_FROM_0).clip(0, 1).minimum(clean);
      NDArray upper = high.muli(TOWARDS_0).clip(0, 1).maximum(clean);
      lower.attach(manager);
      upper.attach(manager);
      return new LinfBall(lower, upper);
    }
  }

  @Override
  public List<NDArray> arrays() {
    return List.of(lower, upper);
  }

  @Override
  public NDArray step(NDArray images, NDArray gradient, float[] lengths) {
    NDArray signs = gradient.signi();
    FusedOps.addProduct(signs, RowScaling.column(signs, lengths), images);
    return signs;
  }

  @Override
  public NDArray project(NDArray images) {
    FusedOps.clamp(images, lower, upper);
    return images;
  }

  @Override
  public void fill(float[] perturbation, int offset, int length, double radius, CounterRng rng) {
    for (int i = offset; i < offset + length; i++) {
      perturbation[i] = (float) rng.nextDouble(-radius, radius);
    }
  }
}
