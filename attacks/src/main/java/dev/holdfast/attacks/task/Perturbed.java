package dev.holdfast.attacks.task;

/**
 * What an attack made of one image.
 *
 * @param item index of the item in the task
 * @param image C x H x W values in [0,1]
 * @param losses the objective at each point where it was taken, in order; of the last restart. With
 *     n steps the last of them belongs to the image before the n-th step, unless the attack looks
 *     at its last iterate
 * @param steps steps that the image took
 * @param forwards forward passes of the candidate for the image
 * @param backwards backward passes of the candidate for the image
 */
@SuppressWarnings("ArrayRecordComponent")
public record Perturbed(
    int item, float[] image, float[] losses, int steps, int forwards, int backwards) {}
