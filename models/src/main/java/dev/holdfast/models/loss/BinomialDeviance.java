package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.models.engine.GraphSafeScalars;

/**
 * Binomial deviance. With cosine similarities S over ordered pairs:
 *
 * <pre>
 * mean over positives of ln(1 + exp(-alpha (S - beta)))
 * + mean over negatives of ln(1 + exp(alpha cost (S - beta)))
 * </pre>
 *
 * @param alpha the slope, above 0; default 2
 * @param beta the similarity between positives and negatives; default 0.5
 * @param cost how much steeper negatives are, above 0; default 25
 * @see <a href="https://arxiv.org/abs/1611.00822">Ustinova and Lempitsky, NIPS 2016</a>
 */
@JsonTypeName("binomial-deviance")
public record BinomialDeviance(Double alpha, Double beta, Double cost) implements MetricLoss {

  private static final String OWNER = "loss binomial-deviance";

  /** Puts the defaults in and checks the values. */
  public BinomialDeviance {
    alpha = alpha == null ? 2.0 : alpha;
    beta = beta == null ? 0.5 : beta;
    cost = cost == null ? 25.0 : cost;
    Check.positive("alpha", alpha, OWNER, "2");
    Check.finite("beta", beta, OWNER, "0.5");
    Check.positive("cost", cost, OWNER, "25");
  }

  @Override
  public String description() {
    return "a logistic loss of the similarity of each pair";
  }

  @Override
  public String source() {
    return "Yi et al. 2014 (1407.4979); Opitz et al., ICCV 2017 (1801.04815)";
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDManager manager = embeddings.getManager();
    NDArray unit = Pairs.unit(embeddings);
    NDArray centered = Pairs.products(unit, unit).sub(beta);
    return mean(GraphSafeScalars.times(centered, -alpha), Pairs.positives(labels, manager))
        .add(
            mean(GraphSafeScalars.times(centered, alpha * cost), Pairs.negatives(labels, manager)));
  }

  /** Returns the mean of ln(1 + exp(x)) where the mask is 1, without overflow. */
  private static NDArray mean(NDArray x, NDArray mask) {
    NDArray positive = x.abs().add(x);
    // ln(1 + exp(x)) = max(0, x) + ln(1 + exp(-|x|))
    NDArray softplus = GraphSafeScalars.times(positive, 0.5).add(x.abs().neg().exp().add(1).log());
    return softplus.mul(mask).sum().div(mask.sum().maximum(1f));
  }
}
