package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.holdfast.metrics.random.CounterRng;

/**
 * The box of images whose values differ by at most epsilon.
 *
 * @param lower the smallest allowed values
 * @param upper the largest allowed values
 */
record LinfBall(NDArray lower, NDArray upper) implements Ball {

  private static final float UP = Math.nextUp(1f);
  private static final float DOWN = 2 - UP;

  /**
   * Computes the bounds in double and rounds them towards the clean value, so that no float
   * rounding lets a perturbation out of its budget. On the device: copies to Java would cost as
   * much as a gradient.
   */
  static LinfBall around(NDArray clean, double epsilon, NDManager manager) {
    try (NDManager temporary = manager.newSubManager()) {
      NDArray x = clean.toType(DataType.FLOAT64, true);
      x.attach(temporary);
      NDArray low = x.sub(epsilon).maximum(0.0).toType(DataType.FLOAT32, false);
      NDArray high = x.add(epsilon).minimum(1.0).toType(DataType.FLOAT32, false);
      // Where rounding to float went outwards, one or two floats inwards, but not past the middle.
      NDArray tooLow = x.sub(low.toType(DataType.FLOAT64, false)).gt(epsilon);
      NDArray tooHigh = high.toType(DataType.FLOAT64, false).sub(x).gt(epsilon);
      NDArray lower = NDArrays.where(tooLow, low.mul(UP).minimum(clean), low);
      NDArray upper = NDArrays.where(tooHigh, high.mul(DOWN).maximum(clean), high);
      lower.attach(manager);
      upper.attach(manager);
      return new LinfBall(lower, upper);
    }
  }

  @Override
  public NDArray step(NDArray images, NDArray gradient, double length) {
    return gradient.sign().muli((float) length).addi(images);
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
