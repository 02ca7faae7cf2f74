package dev.holdfast.attacks.trust;

import dev.holdfast.metrics.Vectors;
import java.util.List;

/**
 * What one image did when its pixels changed a little. The loss is the part of the embedding along
 * a fixed direction, in parts of the length of the embedding; the point is a random one close to
 * the image, because a clean image may lie on a kink: a constant background ties every maximum.
 *
 * @param finite whether every value of the gradient is
 * @param gradientSum sum of the absolute values of the gradient
 * @param zeroShare share of the gradient's values that are exactly zero
 * @param measured by step and direction: the loss at a point on one side minus that on the other,
 *     in directions of random signs
 * @param predicted the same from the gradient
 * @param noise by length: the largest change of the loss under random signs of that length
 */
@SuppressWarnings("ArrayRecordComponent")
public record LocalResponse(
    boolean finite,
    double gradientSum,
    double zeroShare,
    double[][] measured,
    double[][] predicted,
    double[] noise) {

  /** Lengths of the steps, in pixel space. */
  public static final List<Double> STEPS = List.of(1e-5, 1e-4, 1e-3);

  /** Lengths of the noise. */
  public static final List<Double> NOISE = List.of(1 / 255.0, 8 / 255.0);

  /**
   * How many times the largest change that a linear function with this gradient allows the noise
   * may cause, by length: over longer ways a bent function may do more.
   */
  private static final double[] EXPLAINED = {1, 3};

  /** Tells whether an attack can follow the gradient. */
  boolean usable() {
    return finite && gradientSum > 0 && !saturated();
  }

  /** Tells whether noise does far more than the gradient says any change of that size can do. */
  boolean saturated() {
    for (int i = 0; i < NOISE.size(); i++) {
      if (noise[i] > EXPLAINED[i] * NOISE.get(i) * gradientSum) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the share of what steps in random directions did that the gradient did not foresee: 0
   * where both agree, 1 where they have nothing to do with each other, 2 where the sign is wrong;
   * NaN where nothing moves.
   */
  double error(int step) {
    double size = Vectors.dot(measured[step], measured[step]);
    double foreseen = Vectors.dot(predicted[step], predicted[step]);
    double error = surprise(step) * Math.sqrt(measured[step].length);
    return size == 0 && foreseen == 0 ? Double.NaN : error / Math.sqrt(size == 0 ? foreseen : size);
  }

  /** Returns the root mean square of what random directions did and the gradient did not say. */
  double surprise(int step) {
    double squares = Vectors.squaredDistance(measured[step], predicted[step]);
    return Math.sqrt(squares / measured[step].length);
  }

  /** Returns the cosine between what all steps did and what the gradient said; 0 for none. */
  double alignment(int step) {
    double product = Vectors.dot(measured[step], predicted[step]);
    double squares = Vectors.dot(measured[step], measured[step]);
    double foreseen = Vectors.dot(predicted[step], predicted[step]);
    double lengths = Math.sqrt(squares) * Math.sqrt(foreseen);
    return lengths == 0 ? 0 : product / lengths;
  }

  /** Returns how many times as large as what steps did the gradient said it would be. */
  double scale(int step) {
    double squares = Vectors.dot(measured[step], measured[step]);
    double foreseen = Vectors.dot(predicted[step], predicted[step]);
    return Math.sqrt(foreseen) / Math.sqrt(squares);
  }
}
