package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.models.engine.GraphSafeScalars;

/**
 * Proxy-anchor loss. With the cosines S between proxies and embeddings:
 *
 * <pre>
 * mean over proxies with a sample of ln(1 + sum of exp(-alpha (S - delta)) over samples of its class)
 * + mean over all proxies of ln(1 + sum of exp(alpha (S + delta)) over samples of other classes)
 * </pre>
 *
 * @param alpha the slope, above 0; default 32
 * @param delta the margin, at least 0; default 0.1
 * @see <a href="https://arxiv.org/abs/2003.13911">Kim et al., CVPR 2020</a>
 */
@JsonTypeName("proxy-anchor")
public record ProxyAnchor(Double alpha, Double delta) implements MetricLoss {

  private static final String OWNER = "loss proxy-anchor";
  private static final String PROXIES = "proxies";

  /** Puts the defaults in and checks the values. */
  public ProxyAnchor {
    alpha = alpha == null ? 32.0 : alpha;
    delta = delta == null ? 0.1 : delta;
    Check.positive("alpha", alpha, OWNER, "32");
    Check.notNegative("delta", delta, OWNER, "0.1");
  }

  @Override
  public String description() {
    return "each proxy is an anchor with soft sums over the hardest samples";
  }

  @Override
  public String source() {
    return "Kim et al., CVPR 2020 (2003.13911)";
  }

  @Override
  public void initialize(LossShape shape) {
    shape.prototypes(PROXIES);
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    // Proxies x samples: sums run over rows.
    NDArray positives = state.oneHot(labels, embeddings.getManager()).transpose();
    NDArray cosines =
        Pairs.products(Pairs.unit(embeddings), Pairs.unit(state.parameter(PROXIES))).transpose();
    NDArray pull =
        Pairs.logOnePlusSum(GraphSafeScalars.times(cosines.sub(delta), -alpha), positives);
    NDArray push =
        Pairs.logOnePlusSum(
            GraphSafeScalars.times(cosines.add(delta), alpha), positives.neg().add(1));
    NDArray present = Pairs.asFloat(positives.sum(new int[] {1}).gt(0)).sum();
    return pull.sum().div(present).add(push.mean());
  }
}
