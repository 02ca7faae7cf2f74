package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import com.fasterxml.jackson.annotation.JsonTypeName;

/**
 * Lifted structure loss. With {@code n_i = ln sum_N exp(negativeMargin - d_ij)} over the negatives
 * of a sample, the mean over ordered positive pairs of
 *
 * <pre>
 * 1/2 max(0, ln(exp(n_i) + exp(n_j)) + d_ij - positiveMargin)^2
 * </pre>
 *
 * The generalized form takes, per sample, the mean of {@code max(0, ln sum_P exp(d_ij -
 * positiveMargin) + n_i)}, where an empty sum counts as ln 1.
 *
 * @param positiveMargin default 0
 * @param negativeMargin default 1
 * @param generalized whether positives are summed too; default false
 * @see <a href="https://arxiv.org/abs/1511.06452">Oh Song et al., CVPR 2016</a>
 * @see <a href="https://arxiv.org/abs/1703.07737">Hermans et al. 2017 (generalized)</a>
 */
@JsonTypeName("lifted-structure")
public record LiftedStructure(Double positiveMargin, Double negativeMargin, Boolean generalized)
    implements MetricLoss {

  private static final String OWNER = "loss lifted-structure";

  /** Stands for an empty sum: its logarithm is finite and below everything. */
  private static final float NOTHING = 1e-30f;

  /** Puts the defaults in and checks the values. */
  public LiftedStructure {
    positiveMargin = positiveMargin == null ? 0.0 : positiveMargin;
    negativeMargin = negativeMargin == null ? 1.0 : negativeMargin;
    generalized = generalized != null && generalized;
    Check.finite("positive_margin", positiveMargin, OWNER, "0");
    Check.finite("negative_margin", negativeMargin, OWNER, "1");
  }

  @Override
  public String description() {
    return "soft sums over all negatives of both ends of a positive pair";
  }

  @Override
  public String source() {
    return "Oh Song et al., CVPR 2016 (1511.06452); Hermans et al. 2017 (1703.07737)";
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDManager manager = embeddings.getManager();
    NDArray positives = Pairs.positives(labels, manager);
    NDArray negatives = Pairs.negatives(labels, manager);
    // Distances of points on the sphere are at most 2: exponents cannot overflow.
    NDArray distances = Pairs.roots(Pairs.squaredDistances(Pairs.unit(embeddings)));
    NDArray push = sum(distances.neg().add(negativeMargin).exp(), negatives);
    if (generalized) {
      NDArray pull = sum(distances.sub(positiveMargin).exp(), positives);
      NDArray logs = logOrZero(pull, positives).add(logOrZero(push, negatives));
      return Activation.relu(logs).mean();
    }
    NDArray both = push.add(push.transpose()).add(NOTHING).log();
    NDArray terms = Activation.relu(both.add(distances).sub(positiveMargin)).square();
    NDArray count = positives.sum().mul(2).maximum(1f);
    return terms.mul(positives).sum().div(count);
  }

  private static NDArray sum(NDArray terms, NDArray mask) {
    return terms.mul(mask).sum(new int[] {1}, true);
  }

  private static NDArray logOrZero(NDArray sum, NDArray mask) {
    NDArray empty = Pairs.asFloat(mask.sum(new int[] {1}, true).eq(0));
    return sum.add(empty).log();
  }
}
