package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.models.engine.GraphSafeScalars;

/**
 * Proxy-NCA: a softmax over the negative squared distances between embedding and one proxy per
 * class, all of length 1.
 *
 * @param scale what squared distances are multiplied by, above 0; default 1. The public code of the
 *     paper multiplies both sides by 3, which is a scale of 9
 * @param negativesOnly whether the proxy of the own class is left out of the denominator, as in the
 *     paper; the loss can then be below 0; default false
 * @see <a href="https://arxiv.org/abs/1703.07464">Movshovitz-Attias et al., ICCV 2017</a>
 */
@JsonTypeName("proxy-nca")
public record ProxyNca(Double scale, Boolean negativesOnly) implements MetricLoss {

  private static final String PROXIES = "proxies";

  /** Puts the defaults in and checks the values. */
  public ProxyNca {
    scale = scale == null ? 1.0 : scale;
    negativesOnly = negativesOnly != null && negativesOnly;
    Check.positive("scale", scale, "loss proxy-nca", "1");
  }

  @Override
  public String description() {
    return "softmax over the squared distances to class proxies";
  }

  @Override
  public String source() {
    return "Movshovitz-Attias et al., ICCV 2017 (1703.07464)";
  }

  @Override
  public void initialize(LossShape shape) {
    shape.prototypes(PROXIES);
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDArray oneHot = state.oneHot(labels, embeddings.getManager());
    NDArray cosines = Pairs.products(Pairs.unit(embeddings), Pairs.unit(state.parameter(PROXIES)));
    // The squared distance of points on the sphere is 2 - 2 cos; the 2 cancels.
    NDArray logits = GraphSafeScalars.times(cosines, 2 * scale);
    if (!negativesOnly) {
      return Pairs.crossEntropy(logits, oneHot);
    }
    NDArray own = logits.mul(oneHot).sum(new int[] {1});
    NDArray others = Pairs.where(oneHot.neg().add(1), logits, -Pairs.FAR);
    NDArray largest = others.stopGradient().max(new int[] {1}, true);
    NDArray logSum = others.sub(largest).exp().sum(new int[] {1}).log().add(largest.squeeze(1));
    return logSum.sub(own).mean();
  }
}
