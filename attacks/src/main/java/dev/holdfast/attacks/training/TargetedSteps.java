package dev.holdfast.attacks.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.engine.GraphSafeScalars;
import dev.holdfast.models.training.AdversarialExampleMaker;
import java.util.List;

/**
 * The attack of MDProp: steps against the sign of the gradient of the mean distance to the targets,
 * each followed by a projection. The distances are not squared, and the sum over images is
 * differentiated, so what happens to an image does not depend on the others.
 *
 * @see <a href="https://arxiv.org/abs/2211.16253">Singh, Kakizaki, Araki, ACML 2023</a>
 */
public final class TargetedSteps implements AdversarialExampleMaker {

  /** Keeps the length of a zero embedding, and square roots at 0, differentiable. */
  private static final float TINY = 1e-20f;

  @Override
  public NDArray perturb(
      EmbeddingModel model, NDArray clean, NDArray start, List<NDArray> targets, Budget budget) {
    NDManager caller = clean.getManager();
    try (NDManager manager = caller.newSubManager()) {
      NDArray shared = clean.stopGradient();
      shared.attach(manager);
      NDArray lower = shared.sub(budget.epsilon()).maximum(budget.low());
      NDArray upper = shared.add(budget.epsilon()).minimum(budget.high());
      NDArray images = start.duplicate();
      images.attach(manager);
      for (int step = 0; step < budget.steps(); step++) {
        InputGradient slope = model.gradient(images, e -> distance(e, targets));
        NDArray gradient = slope.gradient();
        images = gradient.signi().muli(-budget.stepSize()).addi(images);
        images = images.maximum(lower).minimum(upper);
      }
      images.attach(caller);
      return images;
    }
  }

  private static NDArray distance(NDArray embeddings, List<NDArray> targets) {
    NDArray unit = embeddings.div(embeddings.square().sum(new int[] {1}, true).add(TINY).sqrt());
    NDArray sum = null;
    for (NDArray target : targets) {
      NDArray d = unit.sub(target).square().sum(new int[] {1}).add(TINY).sqrt();
      sum = sum == null ? d : sum.add(d);
    }
    return GraphSafeScalars.times(sum, 1.0 / targets.size());
  }
}
