package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.engine.GraphSafeScalars;

/**
 * Multi-similarity loss. With cosine similarities S, the positives P and negatives N of anchor i:
 *
 * <pre>
 * L_i = 1/alpha ln(1 + sum_P exp(-alpha (S_ij - base))) + 1/beta ln(1 + sum_N exp(beta (S_ij - base)))
 * </pre>
 *
 * and the loss is the mean of L_i over all N anchors, those without a pair included (they add 0),
 * unless {@code skipEmpty}. The miner keeps a negative when {@code S_ij + epsilon} exceeds the
 * smallest similarity of a positive, and a positive when {@code S_ij - epsilon} falls below the
 * largest similarity of a negative; an anchor that lacks either kind keeps nothing. No gradient
 * flows through its choice.
 *
 * @param alpha how sharply the least similar positives dominate, above 0; default 2
 * @param beta how sharply the most similar negatives dominate, above 0; default 40
 * @param base the similarity around which pairs count, in [-1, 1]; default 0.5
 * @param miner whether pairs are mined; default true
 * @param epsilon the margin of the miner, at least 0; default 0.1
 * @param skipEmpty whether the mean is over the anchors that have a pair, as MDProp takes it,
 *     rather than over all; default false
 * @see <a href="https://arxiv.org/abs/1904.06627">Wang et al., CVPR 2019</a>
 */
@JsonTypeName("multi-similarity")
public record MultiSimilarity(
    Double alpha, Double beta, Double base, Boolean miner, Double epsilon, Boolean skipEmpty)
    implements MetricLoss {

  private static final String OWNER = "loss multi-similarity";

  /** Puts the defaults in and checks the values. */
  public MultiSimilarity {
    alpha = alpha == null ? 2.0 : alpha;
    beta = beta == null ? 40.0 : beta;
    base = base == null ? 0.5 : base;
    miner = miner == null || miner;
    epsilon = epsilon == null ? 0.1 : epsilon;
    skipEmpty = skipEmpty != null && skipEmpty;
    if (!(alpha > 0) || alpha.isInfinite()) {
      throw InputException.of("alpha", alpha, OWNER, "be positive", "try the usual 2");
    }
    if (!(beta > 0) || beta.isInfinite()) {
      throw InputException.of("beta", beta, OWNER, "be positive", "try the usual 40");
    }
    if (!(Math.abs(base) <= 1)) {
      throw InputException.of("base", base, OWNER, "be in [-1, 1]", "try the usual 0.5");
    }
    if (!(epsilon >= 0) || epsilon.isInfinite()) {
      throw InputException.of("epsilon", epsilon, OWNER, "be at least 0", "try the usual 0.1");
    }
  }

  @Override
  public String description() {
    return "soft sums over the hardest positives and negatives of each anchor, with mined pairs";
  }

  @Override
  public String source() {
    return "Wang et al. 2019 (1904.06627)";
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDManager manager = embeddings.getManager();
    NDArray unit = Pairs.unit(embeddings);
    NDArray similarity = Pairs.products(unit, unit);
    NDArray positives = Pairs.positives(labels, manager);
    NDArray negatives = Pairs.negatives(labels, manager);
    if (miner) {
      NDArray fixed = similarity.stopGradient();
      NDArray leastPositive = Pairs.where(positives, fixed, Pairs.FAR).min(new int[] {1}, true);
      NDArray mostNegative = Pairs.where(negatives, fixed, -Pairs.FAR).max(new int[] {1}, true);
      positives = positives.mul(Pairs.asFloat(fixed.sub(epsilon).lt(mostNegative)));
      negatives = negatives.mul(Pairs.asFloat(fixed.add(epsilon).gt(leastPositive)));
    }
    NDArray centered = similarity.sub(base);
    NDArray pull = Pairs.logOnePlusSum(GraphSafeScalars.times(centered, -alpha), positives);
    NDArray push = Pairs.logOnePlusSum(GraphSafeScalars.times(centered, beta), negatives);
    NDArray terms =
        GraphSafeScalars.times(pull, 1 / alpha).add(GraphSafeScalars.times(push, 1 / beta));
    return skipEmpty ? terms.sum().div(active(positives, negatives)) : terms.mean();
  }

  /** Returns the number of anchors that have a pair, at least 1. */
  private static NDArray active(NDArray positives, NDArray negatives) {
    NDArray pairs = positives.add(negatives).sum(new int[] {1});
    return Pairs.asFloat(pairs.gt(0)).sum().maximum(1f);
  }
}
