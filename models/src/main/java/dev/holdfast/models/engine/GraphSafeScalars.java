package dev.holdfast.models.engine;

import ai.djl.ndarray.NDArray;

/**
 * Arithmetic with plain numbers that is safe in computations whose gradient is recorded.
 *
 * <p>{@code mul}, {@code div}, {@code pow}, {@code maximum} and {@code minimum} of an {@code
 * NDArray} and a {@code Number} wrap the number in an array over Java memory and close it at once
 * in DJL's PyTorch engine (seen with 0.25.0 and 0.35.1), but the recorded graph goes on pointing
 * there. A garbage collection between the forward and the backward pass then silently gives wrong
 * gradients. {@code add} and {@code sub} keep nothing and are safe.
 */
public final class GraphSafeScalars {

  private GraphSafeScalars() {}

  /**
   * Returns {@code x * factor}.
   *
   * @param x float32; its manager must live until the backward pass is over
   */
  public static NDArray times(NDArray x, double factor) {
    return x.mul(x.getManager().create((float) factor));
  }
}
