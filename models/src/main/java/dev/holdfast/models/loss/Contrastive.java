package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import com.fasterxml.jackson.annotation.JsonTypeName;

/**
 * Contrastive loss. With Euclidean distances d over ordered pairs:
 *
 * <pre>
 * mean of max(0, d - positiveMargin) over positives + mean of max(0, negativeMargin - d) over negatives
 * </pre>
 *
 * where both means are over the terms above 0.
 *
 * @param positiveMargin up to which positives do not count, at least 0; default 0
 * @param negativeMargin from which negatives do not count, above 0; default 1
 * @param mining which pairs; default all
 * @param normalize whether embeddings are scaled to length 1; default true
 * @see <a href="http://yann.lecun.com/exdb/publis/pdf/hadsell-chopra-lecun-06.pdf">Hadsell et al.,
 *     CVPR 2006</a>
 */
@JsonTypeName("contrastive")
public record Contrastive(
    Double positiveMargin, Double negativeMargin, Mining mining, Boolean normalize)
    implements MetricLoss {

  private static final String OWNER = "loss contrastive";

  /** Puts the defaults in and checks the values. */
  public Contrastive {
    positiveMargin = positiveMargin == null ? 0.0 : positiveMargin;
    negativeMargin = negativeMargin == null ? 1.0 : negativeMargin;
    mining = mining == null ? Mining.ALL : mining;
    normalize = normalize == null || normalize;
    Check.notNegative("positive_margin", positiveMargin, OWNER, "0");
    Check.positive("negative_margin", negativeMargin, OWNER, "1");
  }

  @Override
  public String description() {
    return "positives closer than one margin, negatives farther than another";
  }

  @Override
  public String source() {
    return "Hadsell et al., CVPR 2006; Roth et al. 2020 (2002.08473)";
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDArray rows = normalize ? Pairs.unit(embeddings) : embeddings;
    NDArray distances = Pairs.roots(Pairs.squaredDistances(rows));
    Mining.Mined mined = mining.mine(embeddings, labels, state);
    NDArray pull = Activation.relu(distances.sub(positiveMargin)).mul(mined.positives());
    NDArray push = Activation.relu(distances.neg().add(negativeMargin)).mul(mined.negatives());
    return Pairs.meanOfPositive(pull).add(Pairs.meanOfPositive(push));
  }
}
