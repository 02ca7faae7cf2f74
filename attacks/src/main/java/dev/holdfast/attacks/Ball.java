package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.random.CounterRng;

/**
 * The images that a budget allows around clean ones: steps of a given length, projection, random
 * points. Arrays in, arrays out; temporaries live on the manager of the array that is moved, which
 * is why that one stands first in every operation.
 */
sealed interface Ball permits LinfBall, L2Ball {

  /** The largest perturbation that a start beside the clean image gets, in parts of epsilon. */
  double NUDGE = 0.1;

  /** Returns the images moved along the gradient, not yet projected; uses the gradient up. */
  NDArray step(NDArray images, NDArray gradient, double length);

  /**
   * Returns the nearest images inside the budget, up to float rounding, and in [0,1]; uses the
   * given ones up.
   */
  NDArray project(NDArray images);

  /** Returns projected images inside the budget without any allowance for rounding. */
  NDArray settle(NDArray images);

  /** Fills in a perturbation of one image, uniform in a ball of the given radius. */
  void fill(float[] perturbation, int offset, int length, double radius, CounterRng rng);

  /** Makes the ball of a task, its arrays on the given manager. */
  static Ball of(AttackTask task, NDManager manager) {
    return switch (task.norm()) {
      case LINF -> LinfBall.around(task.clean(), task.epsilon(), manager);
      case L2 -> new L2Ball(task.clean(), task.epsilon());
    };
  }

  /** Returns random points of the ball with {@code scale} x epsilon, projected. */
  default NDArray randomStart(AttackTask task, double scale, NDManager manager) {
    int rows = Math.toIntExact(task.clean().getShape().get(0));
    int length = Math.toIntExact(task.clean().getShape().size() / rows);
    float[] perturbation = new float[rows * length];
    for (int i = 0; i < task.ids().length; i++) {
      CounterRng rng = CounterRng.of(task.seed(), task.cell() + "/start", task.ids()[i]);
      fill(perturbation, i * length, length, scale * task.epsilon(), rng);
    }
    return project(manager.create(perturbation, task.clean().getShape()).add(task.clean()));
  }
}
