package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import dev.holdfast.models.EmbeddingModel;
import java.util.List;

/**
 * Maker of adversarial examples: images whose embeddings approach given ones, what adversarial
 * training asks of an attack. Declared here and implemented elsewhere, since this module knows no
 * attacks.
 */
@FunctionalInterface
public interface AdversarialExampleMaker {

  /**
   * How far images may move, and how.
   *
   * @param epsilon the largest change of a value, in the space of the images
   * @param steps gradient steps, at least 1
   * @param stepSize length of a step
   * @param low no value becomes smaller than this
   * @param high no value becomes larger
   */
  record Budget(double epsilon, int steps, double stepSize, double low, double high) {}

  /**
   * Moves every image against the gradient of the mean Euclidean distance between its embedding and
   * its targets.
   *
   * @param model the network as it is, in evaluation mode; left as it is, without gradients for its
   *     weights
   * @param clean N x C x H x W
   * @param start where the steps begin; the same shape
   * @param targets each N x D, of length 1
   * @return images on the manager of {@code clean}, inside the budget around it
   */
  NDArray perturb(
      EmbeddingModel model, NDArray clean, NDArray start, List<NDArray> targets, Budget budget);
}
