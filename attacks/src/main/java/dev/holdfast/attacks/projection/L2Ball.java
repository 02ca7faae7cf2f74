package dev.holdfast.attacks.projection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;

/**
 * The images whose difference from the clean ones is at most epsilon long. First projected on the
 * ball, then cut to [0,1], which only shortens the difference.
 *
 * @param clean the centers
 * @param epsilon the radius
 */
public record L2Ball(NDArray clean, double epsilon) implements Ball {

  private static final double TINY = 1e-12;

  /** Saves most results from being shortened once more for the rounding of floats. */
  private static final double INSIDE = 1 - 1e-6;

  /** Larger than the rounding of sums in double. */
  private static final double ROUNDED_DOWN = 1 - 1e-10;

  /** Copies the centers. */
  static L2Ball around(NDArray clean, double epsilon, NDManager manager) {
    NDArray centers = clean.duplicate();
    centers.attach(manager);
    return new L2Ball(centers, epsilon);
  }

  @Override
  public List<NDArray> arrays() {
    return List.of(clean);
  }

  @Override
  public NDArray step(NDArray images, NDArray gradient, float[] lengths) {
    NDArray rows = Gradients.rows(gradient);
    double[] norms = Gradients.lengths(rows);
    if (!Gradients.finite(norms)) {
      return step(images, Gradients.withoutHoles(gradient), lengths);
    }
    float[] factors = Gradients.factors(norms, lengths);
    FusedOps.addProduct(gradient, RowScaling.column(gradient, factors), images);
    return gradient;
  }

  @Override
  public NDArray project(NDArray images) {
    FusedOps.pull(images, clean, epsilon * INSIDE, TINY);
    return images;
  }

  /**
   * Measures in double and shortens what is too long, every value rounded towards the clean one, so
   * that no float rounding lets a perturbation out of its budget.
   */
  public static void settle(float[] image, float[] clean, double epsilon) {
    double squares = 0;
    for (int i = 0; i < image.length; i++) {
      double d = (double) image[i] - clean[i];
      squares += d * d;
    }
    // Whoever adds up in another order may come out a hair longer.
    double norm = Math.sqrt(squares) / ROUNDED_DOWN;
    if (norm <= epsilon) {
      return;
    }
    double factor = epsilon / norm * ROUNDED_DOWN;
    for (int i = 0; i < image.length; i++) {
      double d = ((double) image[i] - clean[i]) * factor;
      float shortened = (float) (clean[i] + d);
      image[i] =
          Math.abs((double) shortened - clean[i]) > Math.abs(d)
              ? Math.nextAfter(shortened, clean[i])
              : shortened;
    }
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
}
