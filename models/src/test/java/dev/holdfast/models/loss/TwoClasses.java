package dev.holdfast.models.loss;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.models.backbone.Weights;

/** Two samples of two classes, (1, 0) and (0.6, 0.8), against given class vectors. */
final class TwoClasses {

  /** Cosines with the samples: 0.8 and 0 of the first, 0.96 and 0.8 of the second. */
  static final float[] PROTOTYPES = {0.8f, 0.6f, 0, 1};

  private static final float[] SAMPLES = {1, 0, 0.6f, 0.8f};

  private TwoClasses() {}

  /** Returns the loss with those class vectors as its parameter. */
  static double loss(MetricLoss loss, String parameter, float[] vectors) {
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      Weights weights = new Weights(manager);
      weights.put(LossState.PREFIX + parameter, vectors, new Shape(2, 2));
      return loss.loss(
              manager.create(SAMPLES, new Shape(2, 2)),
              new long[] {5, 8},
              LossState.of(weights, new long[] {5, 8}, null, 0, 0))
          .getFloat();
    }
  }
}
