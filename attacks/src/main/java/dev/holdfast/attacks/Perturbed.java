package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;

/**
 * What an attack made of a batch.
 *
 * @param images B x C x H x W float32 in [0,1]
 * @param steps gradient steps that each image took
 * @param forwards forward passes of the candidate for each image
 * @param backwards backward passes of the candidate for each image
 */
public record Perturbed(NDArray images, int steps, int forwards, int backwards) {}
