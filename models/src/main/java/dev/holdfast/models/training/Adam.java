package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.loss.LossState;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

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
  private final double clip;

  /**
   * @param moments as {@link #zeros} makes them or as they were saved
   * @param weightDecay of all parameters but those of the loss; at least 0
   * @param clip the greatest length of the gradient of all parameters together; 0 for any
   */
  Adam(Weights moments, double weightDecay, double clip) {
    this.moments = moments;
    this.weightDecay = weightDecay;
    this.clip = clip;
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
   * @param rate the learning rate of each parameter; a parameter without one stays as it is
   */
  void step(Weights weights, Weights leaves, long number, ToDoubleFunction<String> rate) {
    double bias = 1 - Math.pow(BETA_1, (double) number);
    double correction = Math.sqrt(1 - Math.pow(BETA_2, (double) number));
    double scale = clip == 0 ? 1 : Math.min(1, clip / length(weights, leaves));
    try (Numbers numbers = new Numbers(weights, correction)) {
      weights
          .all()
          .forEach(
              (name, parameter) -> {
                double own = Weights.isBuffer(name) ? 0 : rate.applyAsDouble(name);
                if (own != 0) {
                  NDArray gradient = leaves.get(name).getGradient();
                  if (scale < 1) {
                    gradient.muli(scale);
                  }
                  move(parameter, gradient, name, own / bias, numbers);
                }
              });
    }
  }

  /**
   * The numbers of a step as arrays: the engine otherwise makes one anew for every product, which
   * takes longer than the product with a small parameter.
   */
  private static final class Numbers implements AutoCloseable {

    private final NDManager manager;
    private final Map<Double, NDArray> arrays = new HashMap<>();
    private final double correction;

    Numbers(Weights weights, double correction) {
      this.manager = weights.all().values().iterator().next().getManager().newSubManager();
      this.correction = correction;
    }

    NDArray of(double number) {
      return arrays.computeIfAbsent(number, manager::create);
    }

    @Override
    public void close() {
      manager.close();
    }
  }

  /** Returns the length of the gradient of all parameters together. */
  private static double length(Weights weights, Weights leaves) {
    double squares = 0;
    for (String name : weights.all().keySet()) {
      if (!Weights.isBuffer(name)) {
        squares += leaves.get(name).getGradient().square().sum().getFloat();
      }
    }
    return Math.sqrt(squares);
  }

  private void move(NDArray parameter, NDArray raw, String name, double stepSize, Numbers numbers) {
    NDArray first = moments.get(FIRST + name);
    NDArray second = moments.get(SECOND + name);
    // A result belongs to the manager of its left side: those of long-lived arrays are closed here.
    double rate = name.startsWith(LossState.PREFIX) ? 0 : weightDecay;
    try (NDArray decay = parameter.mul(numbers.of(rate))) {
      NDArray gradient = decay.addi(raw);
      second.muli(numbers.of(BETA_2));
      try (NDArray square = gradient.square()) {
        second.addi(square.muli(numbers.of(1 - BETA_2)));
      }
      first.muli(numbers.of(BETA_1)).addi(gradient.muli(numbers.of(1 - BETA_1)));
    }
    try (NDArray root = second.sqrt();
        NDArray change = first.mul(numbers.of(stepSize))) {
      change.divi(root.divi(numbers.of(numbers.correction)).addi(numbers.of(EPSILON)));
      parameter.subi(change);
    }
  }
}
