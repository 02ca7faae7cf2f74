package dev.holdfast.models.training;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.backbone.Backbone;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.loss.LossState;

/**
 * Learning rates of parts of a model that differ from that of the rest; each follows warm-up and
 * schedule as the others do. 0 keeps a part as it is.
 *
 * @param loss the parameters of the loss, such as proxies, which have no weight decay; default
 *     0.0005
 * @param head the layer behind the pooling; default that of the rest
 * @param mainBatchNorm scales and shifts of the main branch of batch norm; default that of the rest
 * @param auxiliaryBatchNorm those of the other branches; default that of the rest
 */
public record LearningRates(
    Double loss, Double head, Double mainBatchNorm, Double auxiliaryBatchNorm) {

  private static final String OWNER = "the learning rates";

  /** Puts the default in and checks the values. */
  public LearningRates {
    loss = loss == null ? 5e-4 : loss;
    check("loss", loss);
    check("head", head);
    check("main_batch_norm", mainBatchNorm);
    check("auxiliary_batch_norm", auxiliaryBatchNorm);
  }

  private static void check(String key, Double rate) {
    if (rate != null && !(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
      throw InputException.of(key, rate, OWNER, "be at least 0", "leave it out for the default");
    }
  }

  /** Returns the rate of a parameter where that of the rest is {@code rest}. */
  double of(String name, Weights weights, double rest) {
    Double own = null;
    if (name.startsWith(LossState.PREFIX)) {
      own = loss;
    } else if (Branch.isAuxiliary(name)) {
      own = auxiliaryBatchNorm;
    } else if (name.startsWith(Backbone.HEAD)) {
      own = head;
    } else if (weights.isBatchNorm(name)) {
      own = mainBatchNorm;
    }
    return own == null ? rest : own;
  }
}
