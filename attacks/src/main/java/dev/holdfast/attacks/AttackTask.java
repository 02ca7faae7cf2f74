package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import dev.holdfast.attacks.objective.BoundObjective;
import dev.holdfast.attacks.threat.Norm;
import dev.holdfast.models.EmbeddingModel;

/**
 * One batch of images to perturb.
 *
 * @param model the candidate
 * @param clean B x C x H x W float32 in [0,1]; left as it is
 * @param ids item ids of the first rows; rows beyond them are padding
 * @param objective what to maximize
 * @param flatAtClean whether its gradient vanishes at the clean images
 * @param norm of the budget
 * @param epsilon length of the budget, in pixel space
 * @param seed of the run
 * @param cell id of the cell, so that cells draw different random numbers
 * @param earlyExit whether to stop once no image moves any more; the result is the same
 */
@SuppressWarnings("ArrayRecordComponent")
public record AttackTask(
    EmbeddingModel model,
    NDArray clean,
    long[] ids,
    BoundObjective objective,
    boolean flatAtClean,
    Norm norm,
    double epsilon,
    long seed,
    String cell,
    boolean earlyExit) {}
