package dev.holdfast.attacks.projection;

import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;

/**
 * What a budget allows around one clean image, for attacks that never need the engine to move an
 * image. Exact: no rounding lets a perturbation out of its budget.
 *
 * @param norm of the budget
 * @param epsilon its length
 */
public record PixelBudget(Norm norm, double epsilon) {

  /** Returns the farthest value of a pixel in a direction, under linf. */
  public float bound(float clean, boolean up) {
    return up ? Math.min(1, highest(clean)) : Math.max(0, lowest(clean));
  }

  private float highest(float clean) {
    float value = (float) (clean + epsilon);
    return (double) value - clean > epsilon ? Math.nextDown(value) : value;
  }

  private float lowest(float clean) {
    float value = (float) (clean - epsilon);
    return (double) clean - value > epsilon ? Math.nextUp(value) : value;
  }

  /** Moves an image into the budget and [0,1], in place. What is no number becomes clean. */
  public void project(float[] image, float[] clean) {
    if (norm == Norm.LINF) {
      for (int i = 0; i < image.length; i++) {
        image[i] =
            Float.isNaN(image[i])
                ? clean[i]
                : Math.max(bound(clean[i], false), Math.min(bound(clean[i], true), image[i]));
      }
      return;
    }
    double squares = 0;
    for (int i = 0; i < image.length; i++) {
      image[i] = Float.isNaN(image[i]) ? clean[i] : image[i];
      double d = (double) image[i] - clean[i];
      squares += d * d;
    }
    double factor = squares > epsilon * epsilon ? epsilon / Math.sqrt(squares) : 1;
    for (int i = 0; i < image.length; i++) {
      double moved = clean[i] + factor * ((double) image[i] - clean[i]);
      image[i] = (float) Math.max(0, Math.min(1, moved));
    }
    L2Ball.settle(image, clean, epsilon);
  }

  /** Returns how far an image is from the clean one. */
  public double length(float[] image, float[] clean) {
    double largest = 0;
    double squares = 0;
    for (int i = 0; i < image.length; i++) {
      double d = Math.abs((double) image[i] - clean[i]);
      largest = Math.max(largest, d);
      squares += d * d;
    }
    return norm == Norm.LINF ? largest : Math.sqrt(squares);
  }

  /** Returns an image at a random place of a part of the budget. */
  public float[] random(float[] clean, double part, CounterRng rng) {
    double[] move = new double[clean.length];
    double squares = 0;
    for (int i = 0; i < move.length; i++) {
      move[i] = norm == Norm.LINF ? rng.nextDouble(-1, 1) : rng.nextGaussian();
      squares += move[i] * move[i];
    }
    // Under l2 a direction from normal numbers; the power makes the volume uniform.
    double scale =
        part
            * epsilon
            * (norm == Norm.LINF
                ? 1
                : Math.pow(rng.nextDouble(), 1.0 / move.length) / Math.sqrt(squares));
    float[] image = new float[clean.length];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) (clean[i] + scale * move[i]);
    }
    project(image, clean);
    return image;
  }
}
