package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import dev.holdfast.metrics.random.CounterRng;

/**
 * The images whose difference from the clean ones is at most epsilon long. First projected on the
 * ball, then cut to [0,1], which only shortens the difference.
 *
 * @param clean the centers
 * @param epsilon the radius
 */
record L2Ball(NDArray clean, double epsilon) implements Ball {

  private static final int[] PIXELS = {1, 2, 3};
  private static final float TINY = 1e-12f;

  /** Float rounding of the norm and of the product must not let a perturbation out. */
  private static final double INSIDE = 1 - 1e-6;

  @Override
  public NDArray step(NDArray images, NDArray gradient, double length) {
    // Scaled by the largest value first: the squares of small gradients would underflow.
    NDArray scaled = gradient.div(gradient.abs().max(PIXELS, true).maximum(Float.MIN_NORMAL));
    return images.add(scaled.div(norm(scaled).maximum(TINY)).mul((float) length));
  }

  @Override
  public NDArray project(NDArray images) {
    NDArray difference = images.sub(clean);
    NDArray factor =
        norm(difference).maximum(TINY).pow(-1).mul((float) (epsilon * INSIDE)).minimum(1f);
    return difference.mul(factor).add(clean).clip(0, 1);
  }

  @Override
  public void fill(float[] perturbation, int offset, int length, double radius, CounterRng rng) {
    double squares = 0;
    for (int i = offset; i < offset + length; i++) {
      double g = rng.nextGaussian();
      perturbation[i] = (float) g;
      squares += g * g;
    }
    // A direction from Gaussians; the power makes the volume uniform.
    double scale = radius * Math.pow(rng.nextDouble(), 1.0 / length) / Math.sqrt(squares);
    for (int i = offset; i < offset + length; i++) {
      perturbation[i] *= (float) scale;
    }
  }

  private static NDArray norm(NDArray images) {
    return images.square().sum(PIXELS, true).sqrt();
  }
}
