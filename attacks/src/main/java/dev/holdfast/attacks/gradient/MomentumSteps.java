package dev.holdfast.attacks.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.Gradients;
import dev.holdfast.attacks.projection.RowScaling;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Steps along a momentum of gradients: what MI-, NI-, DI- and TI-FGSM share. The momentum is {@code
 * decay} times itself plus the gradient, divided by its mean absolute value; a gradient of zero
 * adds nothing.
 *
 * @param steps number of them
 * @param length of a step, in pixel space
 * @param decay of the momentum
 * @param ahead whether the gradient is taken where the momentum alone would lead
 * @param diversity what is done to images before they are looked at; null for nothing
 * @param smoothing what is done to gradients; null for nothing
 * @param state what is kept of each slot
 */
public record MomentumSteps(
    int steps,
    double length,
    double decay,
    boolean randomStart,
    boolean ahead,
    Diversity diversity,
    Smoothing smoothing,
    State state)
    implements UpdateRule {

  /** What is kept between steps. */
  static final class State {
    private SlotArray momentum;
    private SeparableResampling operators;
  }

  public static MomentumSteps of(
      int steps,
      double length,
      double decay,
      boolean randomStart,
      boolean ahead,
      Diversity diversity,
      Smoothing smoothing) {
    return new MomentumSteps(
        steps, length, decay, randomStart, ahead, diversity, smoothing, new State());
  }

  /** Images that were resized are not what the result will be. */
  @Override
  public boolean evaluatesFeasiblePoints() {
    return diversity == null;
  }

  @Override
  public void begin(SlotScheduler slots, int[] fresh, NDArray clean) {
    if (state.momentum == null) {
      state.momentum = new SlotArray(slots.rows(), slots.owner());
    }
    state.momentum.put(fresh, clean.zerosLike());
  }

  @Override
  public NDArray points(SlotScheduler slots, NDManager step) {
    NDArray points = UpdateRule.super.points(slots, step);
    if (ahead) {
      NDArray leap = state.momentum.on(step).mul(decay * length);
      points = slots.ball().project(leap.addi(points));
    }
    if (diversity != null) {
      state.operators = diversity.draw(slots, step);
      points = state.operators.apply(points);
    }
    return points;
  }

  @Override
  public NDArray move(SlotScheduler slots, NDArray points, NDArray gradient, float[] losses) {
    NDArray images = slots.images(points.getManager());
    NDArray direction = gradient;
    if (diversity != null || smoothing != null) {
      direction = Gradients.withoutHoles(direction);
      direction = diversity == null ? direction : state.operators.adjoint(direction);
      direction = smoothing == null ? direction : smoothing.apply(direction);
    }
    NDArray rows = Gradients.rows(direction);
    double[] means = Gradients.means(rows);
    if (!Gradients.finite(means)) {
      rows = Gradients.rows(Gradients.withoutHoles(direction));
      means = Gradients.means(rows);
    }
    NDArray momentum =
        RowScaling.scale(rows, Gradients.factors(means, RowScaling.all(slots.rows(), 1)))
            .reshape(images.getShape());
    if (decay != 0) {
      momentum.addi(state.momentum.on(points.getManager()).mul(decay));
    }
    if (decay != 0 || ahead) {
      state.momentum.replace(momentum.duplicate());
    }
    Ball ball = slots.ball();
    return ball.project(ball.step(images, momentum, RowScaling.all(slots.rows(), length)));
  }

  /**
   * Input diversity: with some probability an image is made smaller and put somewhere on black (Xie
   * et al., CVPR 2019).
   *
   * @param probability that it happens, for each image at each step
   * @param rate smallest size, in parts of the side
   */
  public record Diversity(double probability, double rate) {

    SeparableResampling draw(SlotScheduler slots, NDManager manager) {
      int height = (int) slots.task().shape(1).get(2);
      int width = (int) slots.task().shape(1).get(3);
      float[] vertical = new float[slots.rows() * height * height];
      float[] horizontal = new float[slots.rows() * width * width];
      for (int slot = 0; slot < slots.rows(); slot++) {
        int newHeight = height;
        int newWidth = width;
        int top = 0;
        int left = 0;
        if (slots.item(slot) >= 0) {
          CounterRng rng =
              slots.rng(slot, "diversity/" + slots.restart(slot) + "/" + slots.pass(slot));
          if (rng.nextDouble() < probability) {
            int smallest = Math.max(1, (int) (width * rate));
            newWidth = smallest + rng.nextInt(Math.max(1, width - smallest));
            newHeight = Math.max(1, height * newWidth / width);
            top = rng.nextInt(Math.max(1, height - newHeight));
            left = rng.nextInt(Math.max(1, width - newWidth));
          }
        }
        SeparableResampling.resize(vertical, slot, height, newHeight, top);
        SeparableResampling.resize(horizontal, slot, width, newWidth, left);
      }
      return SeparableResampling.of(vertical, height, horizontal, width, slots.rows(), manager);
    }
  }

  /**
   * Translation invariance: gradients are smoothed by a Gaussian (Dong et al., CVPR 2019).
   *
   * @param size of the kernel, odd
   * @param sigmas how many standard deviations lie between its center and its edge
   */
  public record Smoothing(int size, double sigmas) {

    NDArray apply(NDArray gradient) {
      int height = (int) gradient.getShape().get(2);
      int width = (int) gradient.getShape().get(3);
      float[] kernel = kernel();
      return SeparableResampling.of(
              SeparableResampling.band(kernel, height),
              height,
              SeparableResampling.band(kernel, width),
              width,
              1,
              gradient.getManager())
          .apply(gradient);
    }

    float[] kernel() {
      double[] values = new double[size];
      double sum = 0;
      for (int i = 0; i < size; i++) {
        double z = size == 1 ? 0 : -sigmas + 2 * sigmas * i / (size - 1);
        values[i] = Math.exp(-z * z / 2);
        sum += values[i];
      }
      float[] kernel = new float[size];
      for (int i = 0; i < size; i++) {
        kernel[i] = (float) (values[i] / sum);
      }
      return kernel;
    }
  }
}
