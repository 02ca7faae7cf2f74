package dev.holdfast.attacks.projection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;
import java.util.List;

/**
 * The images that a budget allows around clean ones: steps of a given length, projection, random
 * points. Arrays in, arrays out; temporaries live on the manager of the array that is moved, which
 * is why that one stands first in every operation. Rows do not know of each other.
 */
public sealed interface Ball permits LinfBall, L2Ball {

  /** The largest perturbation that a start beside the clean image gets, in parts of epsilon. */
  double NUDGE = 0.1;

  /** Returns what the ball is made of, one row for each image. */
  List<NDArray> arrays();

  /**
   * Returns the images moved along the gradient, not yet projected; uses the gradient up.
   *
   * @param lengths of the step of each image
   */
  NDArray step(NDArray images, NDArray gradient, float[] lengths);

  /**
   * Returns the nearest images inside the budget, up to float rounding, and in [0,1]; uses the
   * given ones up.
   */
  NDArray project(NDArray images);

  /** Fills in a perturbation of one image, uniform in a ball of the given radius. */
  void fill(float[] perturbation, int offset, int length, double radius, CounterRng rng);

  /** Makes the ball around clean images, its arrays on the given manager. */
  static Ball around(Norm norm, double epsilon, NDArray clean, NDManager manager) {
    return switch (norm) {
      case LINF -> LinfBall.around(clean, epsilon, manager);
      case L2 -> L2Ball.around(clean, epsilon, manager);
      case PATCH -> throw noBall();
    };
  }

  /** Makes a ball of what another one was made of. */
  static Ball of(Norm norm, double epsilon, List<NDArray> arrays) {
    return switch (norm) {
      case LINF -> new LinfBall(arrays.get(0), arrays.get(1));
      case L2 -> new L2Ball(arrays.get(0), epsilon);
      case PATCH -> throw noBall();
    };
  }

  private static IllegalArgumentException noBall() {
    return new IllegalArgumentException("a patch has a place, not a distance");
  }
}
