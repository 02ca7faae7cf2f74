package dev.holdfast.attacks.gradient;

import ai.djl.ndarray.NDArray;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.RowScaling;

/**
 * Steps of one length along the gradient, each followed by a projection: what FGSM and PGD share.
 *
 * @param steps number of them
 * @param length of a step, in pixel space
 */
public record GradientSteps(
    int steps, double length, boolean randomStart, int restarts, boolean keepsBest)
    implements UpdateRule {

  @Override
  public boolean memoryless() {
    return true;
  }

  @Override
  public NDArray move(SlotScheduler slots, NDArray points, NDArray gradient, float[] losses) {
    Ball ball = slots.ball();
    return ball.project(ball.step(points, gradient, RowScaling.all(slots.rows(), length)));
  }
}
