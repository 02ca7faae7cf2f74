package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.Scalars;

/**
 * Multi-similarity loss. With cosine similarities S, the positives P and negatives N of anchor i:
 *
 * <pre>
 * L_i = 1/alpha ln(1 + sum_P exp(-alpha (S_ij - base))) + 1/beta ln(1 + sum_N exp(beta (S_ij - base)))
 * </pre>
 *
 * and the loss is the mean of L_i over all N anchors, those without a pair included (they add 0).
 * The miner keeps a negative when {@code S_ij + epsilon} exceeds the smallest similarity of a
 * positive, and a positive when {@code S_ij - epsilon} falls below the largest similarity of a
 * negative; an anchor that lacks either kind keeps nothing. No gradient flows through its choice.
 *
 * @param alpha how sharply the least similar positives dominate, above 0; default 2
 * @param beta how sharply the most similar negatives dominate, above 0; default 40
 * @param base the similarity around which pairs count, in [-1, 1]; default 0.5
 * @param miner whether pairs are mined; default true
 * @param epsilon the margin of the miner, at least 0; default 0.1
 * @see <a href="https://arxiv.org/abs/1904.06627">Wang et al., CVPR 2019</a>
 */
@JsonTypeName("multi-similarity")
public record MultiSimilarity(Double alpha, Double beta, Double base, Boolean miner, Double epsilon)
    implements MetricLoss {

  private static final String OWNER = "loss multi-similarity";

  /** Keeps the length of a zero embedding, and its gradient, finite. */
  private static final float TINY = 1e-24f;

  /** Beyond every similarity and every exponent, and finite: 0 times infinity is no number. */
  private static final float FAR = 1e30f;

  /** Puts the defaults in and checks the values. */
  public MultiSimilarity {
    alpha = alpha == null ? 2.0 : alpha;
    beta = beta == null ? 40.0 : beta;
    base = base == null ? 0.5 : base;
    miner = miner == null || miner;
    epsilon = epsilon == null ? 0.1 : epsilon;
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
  public NDArray loss(NDArray embeddings, long[] labels) {
    long n = labels.length;
    NDArray unit = embeddings.div(embeddings.square().sum(new int[] {1}, true).add(TINY).sqrt());
    NDArray similarity = unit.matMul(unit.transpose());

    NDArray classes = embeddings.getManager().create(labels);
    NDArray same = asFloat(classes.reshape(new Shape(n, 1)).eq(classes.reshape(new Shape(1, n))));
    NDArray positives = same.sub(embeddings.getManager().eye((int) n));
    NDArray negatives = same.neg().add(1);
    if (miner) {
      NDArray fixed = similarity.stopGradient();
      NDArray leastPositive = outside(fixed, positives, FAR).min(new int[] {1}, true);
      NDArray mostNegative = outside(fixed, negatives, -FAR).max(new int[] {1}, true);
      positives = positives.mul(asFloat(fixed.sub(epsilon).lt(mostNegative)));
      negatives = negatives.mul(asFloat(fixed.add(epsilon).gt(leastPositive)));
    }
    NDArray centered = similarity.sub(base);
    NDArray pull = logOnePlusSum(Scalars.times(centered, -alpha), positives);
    NDArray push = logOnePlusSum(Scalars.times(centered, beta), negatives);
    return Scalars.times(pull, 1 / alpha).add(Scalars.times(push, 1 / beta)).mean();
  }

  /** Returns ln(1 + sum of exp(x) where the mask is 1) per row, without overflow. */
  private static NDArray logOnePlusSum(NDArray x, NDArray mask) {
    NDArray masked = outside(x, mask, -FAR);
    // The 1 is exp(0): the largest exponent is never below 0.
    NDArray largest = masked.stopGradient().max(new int[] {1}, true).maximum(0f);
    return masked
        .sub(largest)
        .exp()
        .sum(new int[] {1}, true)
        .add(largest.neg().exp())
        .log()
        .add(largest);
  }

  /** Returns x where the mask is 1 and the value elsewhere. */
  private static NDArray outside(NDArray x, NDArray mask, float value) {
    return x.mul(mask).add(mask.neg().add(1).mul(value));
  }

  private static NDArray asFloat(NDArray bools) {
    return bools.toType(DataType.FLOAT32, false);
  }
}
