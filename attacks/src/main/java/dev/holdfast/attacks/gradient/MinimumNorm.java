package dev.holdfast.attacks.gradient;

import ai.djl.ndarray.NDArray;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.projection.Gradients;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Norm;

/** What attacks share that look for the smallest perturbation that breaks recall@k. */
public final class MinimumNorm {

  private MinimumNorm() {}

  /**
   * Refuses an objective that does not say when recall@k is broken.
   *
   * @throws InputException if it is not a margin
   */
  public static void check(Objective objective, String owner) {
    if (!(objective instanceof Margin)) {
      throw InputException.of(
          "objective",
          objective.id(),
          owner,
          "be margin, which says when recall@k is broken",
          "write margin with k: 1");
    }
  }

  /** Tells whether recall@k is broken where the margin has a value. */
  public static boolean broken(float margin) {
    return margin > AttackTask.BROKEN;
  }

  /** Returns the length of each perturbation. */
  public static double[] lengths(Norm norm, NDArray points, NDArray clean) {
    NDArray rows = Gradients.rows(points.sub(clean));
    if (norm == Norm.L2) {
      return Gradients.lengths(rows);
    }
    float[] largest = rows.abs().max(new int[] {1}).toFloatArray();
    double[] lengths = new double[largest.length];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = largest[i];
    }
    return lengths;
  }

  /** Where recall@k is broken, the shorter the better; else, the larger the margin the better. */
  public static float merit(float margin, double length) {
    return (float) (broken(margin) ? 1 / (1 + length) : -2 + Math.atan(margin) / 2);
  }
}
