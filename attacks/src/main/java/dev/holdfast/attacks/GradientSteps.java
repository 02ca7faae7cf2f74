package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.models.InputGradient;

/** Steps along the gradient, each followed by a projection: what FGSM and PGD share. */
final class GradientSteps {

  private GradientSteps() {}

  /**
   * Runs a number of steps.
   *
   * @param length of a step, in pixel space
   * @param randomStart whether to start at a random point of the budget
   */
  static Perturbed run(AttackTask task, int steps, double length, boolean randomStart) {
    NDManager caller = task.clean().getManager();
    if (task.epsilon() == 0) {
      return new Perturbed(task.clean().duplicate(), 0, 0, 0);
    }
    try (NDManager batch = caller.newSubManager()) {
      Ball ball = Ball.of(task, batch);
      NDArray images = start(task, ball, randomStart, batch);
      int taken = 0;
      boolean moving = true;
      while (taken < steps && moving) {
        // One manager per step: temporaries of a step never outlive it.
        try (NDManager step = batch.newSubManager()) {
          NDArray from = images;
          from.attach(step);
          InputGradient g = task.model().gradient(from, task.objective()::loss);
          images = ball.project(ball.step(from, g.gradient(), length));
          taken++;
          // A point that a step maps to itself is where all further steps would stay.
          moving = !task.earlyExit() || !images.contentEquals(from);
          images.attach(batch);
        }
      }
      NDArray result = ball.settle(images);
      result.attach(caller);
      return new Perturbed(result, taken, taken, taken);
    }
  }

  private static NDArray start(AttackTask task, Ball ball, boolean randomStart, NDManager batch) {
    if (!randomStart && !task.flatAtClean()) {
      NDArray copy = task.clean().duplicate();
      copy.attach(batch);
      return copy;
    }
    try (NDManager temporary = batch.newSubManager()) {
      NDArray start = ball.randomStart(task, randomStart ? 1 : Ball.NUDGE, temporary);
      start.attach(batch);
      return start;
    }
  }
}
