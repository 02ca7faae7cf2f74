package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.models.backbone.Weights;

/**
 * Adam with decay rates 0.9 and 0.999. Weight decay is added to the gradient (coupled L2, not
 * AdamW). As in PyTorch, and unlike DJL's own, epsilon is added after the bias correction:
 *
 * <pre>
 * g = gradient + decay w;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 * w = w - rate / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + epsilon)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba, ICLR 2015</a>
 */
final class Adam {

  private static final double BETA_1 = 0.9;
  private static final double BETA_2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final String FIRST = "first.";
  private static final String SECOND = "second.";

  private final Weights moments;
  private final double weightDecay;

  /**
   * @param moments as {@link #zeros} makes them or as they were saved
   * @param weightDecay at least 0
   */
  Adam(Weights moments, double weightDecay) {
    this.moments = moments;
    this.weightDecay = weightDecay;
  }

  /** Returns the moments before the first step. */
  static Weights zeros(Weights weights, NDManager manager) {
    Weights moments = new Weights(manager);
    weights
        .all()
        .forEach(
            (name, array) -> {
              if (!Weights.isBuffer(name)) {
                float[] zeros = new float[Math.toIntExact(array.size())];
                moments.put(FIRST + name, zeros, array.getShape());
                moments.put(SECOND + name, zeros, array.getShape());
              }
            });
    return moments;
  }

  /** Returns both moments of every parameter. */
  Weights moments() {
    return moments;
  }

  /**
   * Moves every parameter in place.
   *
   * @param leaves the same parameters with their gradients
   * @param number of this step, from 1
   * @param rate the learning rate
   */
  void step(Weights weights, Weights leaves, long number, double rate) {
    double stepSize = rate / (1 - Math.pow(BETA_1, (double) number));
    double correction = Math.sqrt(1 - Math.pow(BETA_2, (double) number));
    weights
        .all()
        .forEach(
            (name, parameter) -> {
              if (!Weights.isBuffer(name)) {
                NDArray gradient = leaves.get(name).getGradient();
                move(parameter, gradient, name, stepSize, correction);
              }
            });
  }

  private void move(
      NDArray parameter, NDArray raw, String name, double stepSize, double correction) {
    NDArray first = moments.get(FIRST + name);
    NDArray second = moments.get(SECOND + name);
    // A result belongs to the manager of its left side: those of long-lived arrays are closed here.
    try (NDArray decay = parameter.mul(weightDecay)) {
      NDArray gradient = raw.add(decay);
      first.muli(BETA_1).addi(gradient.mul(1 - BETA_1));
      second.muli(BETA_2).addi(gradient.square().muli(1 - BETA_2));
    }
    try (NDArray root = second.sqrt();
        NDArray change = first.mul(stepSize)) {
      change.divi(root.divi(correction).addi(EPSILON));
      parameter.subi(change);
    }
  }
}
