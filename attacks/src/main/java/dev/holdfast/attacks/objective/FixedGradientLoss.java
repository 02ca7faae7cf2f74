package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** A loss with a gradient that was computed by hand, so that large arrays need not be recorded. */
final class FixedGradientLoss {

  private FixedGradientLoss() {}

  /**
   * Returns a loss of the given value and gradient.
   *
   * @param at rows x D, recorded
   * @param value rows
   * @param gradient rows x D, of {@code value} with respect to {@code at}
   */
  static NDArray loss(NDArray at, NDArray value, NDArray gradient) {
    NDArray slope = at.mul(gradient.toType(DataType.FLOAT32, false)).sum(new int[] {1});
    // The difference is 0; only its derivative counts.
    return slope.sub(slope.stopGradient()).add(value.toType(DataType.FLOAT32, false));
  }
}
