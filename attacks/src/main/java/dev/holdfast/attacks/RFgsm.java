package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.gradient.SlotScheduler;
import dev.holdfast.attacks.gradient.UpdateRule;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.RowScaling;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;
import java.util.function.Consumer;

/**
 * R-FGSM: a random step of a part of epsilon, then one gradient step of the rest. Under linf the
 * random step goes to a corner of its box, under l2 to its sphere.
 *
 * @param randomPart the part of epsilon that the random step takes, between 0 and 1; default 0.5
 */
@JsonTypeName("r-fgsm")
public record RFgsm(Double randomPart) implements Attack {

  /** Puts the default in and checks it. */
  public RFgsm {
    randomPart = Check.number("random_part", randomPart, 0.5, 0, 1, "attack r-fgsm");
  }

  @Override
  public String description() {
    return "a random step, then one gradient step";
  }

  @Override
  public String source() {
    return "Tramer et al., ICLR 2018 (1705.07204)";
  }

  @Override
  public Integer steps() {
    return 1;
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    double radius = randomPart * task.epsilon();
    double rest = task.epsilon() - radius;
    SlotScheduler.run(
        task,
        new UpdateRule() {
          @Override
          public int steps() {
            return 1;
          }

          @Override
          public void start(
              SlotScheduler slots, int slot, Ball ball, float[] perturbation, int offset) {
            if (radius == 0) {
              UpdateRule.super.start(slots, slot, ball, perturbation, offset);
              return;
            }
            toTheEdge(task, slots.startRng(slot), perturbation, offset, radius);
          }

          @Override
          public NDArray move(
              SlotScheduler slots, NDArray points, NDArray gradient, float[] losses) {
            Ball around = slots.ball();
            return around.project(
                around.step(points, gradient, RowScaling.all(slots.rows(), rest)));
          }
        },
        done);
  }

  private static void toTheEdge(
      AttackTask task, CounterRng rng, float[] perturbation, int offset, double radius) {
    double squares = 0;
    double[] normal = new double[task.values()];
    for (int p = 0; p < normal.length; p++) {
      normal[p] = rng.nextGaussian();
      squares += normal[p] * normal[p];
    }
    for (int p = 0; p < normal.length; p++) {
      perturbation[offset + p] =
          (float)
              (task.norm() == Norm.LINF
                  ? radius * Math.signum(normal[p])
                  : radius * normal[p] / Math.sqrt(squares));
    }
  }
}
