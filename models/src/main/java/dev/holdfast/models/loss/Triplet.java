package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import com.fasterxml.jackson.annotation.JsonTypeName;

/**
 * Triplet margin loss: the mean of {@code max(0, d_ap - d_an + margin)} over triplets of an anchor,
 * a positive and a negative.
 *
 * @param margin above 0; default 0.2
 * @param squared whether distances are squared; default false
 * @param meanOverAll whether terms that are 0 count in the mean; default false
 * @param mining which triplets; default all
 * @param normalize whether embeddings are scaled to length 1; default true
 * @see <a href="https://arxiv.org/abs/1503.03832">Schroff et al., CVPR 2015</a>
 */
@JsonTypeName("triplet")
public record Triplet(
    Double margin, Boolean squared, Boolean meanOverAll, Mining mining, Boolean normalize)
    implements MetricLoss {

  /** Puts the defaults in and checks the values. */
  public Triplet {
    margin = margin == null ? 0.2 : margin;
    squared = squared != null && squared;
    meanOverAll = meanOverAll != null && meanOverAll;
    mining = mining == null ? Mining.ALL : mining;
    normalize = normalize == null || normalize;
    Check.positive("margin", margin, "loss triplet", "0.2");
  }

  @Override
  public String description() {
    return "each positive closer than each negative by a margin";
  }

  @Override
  public String source() {
    return "Schroff et al., CVPR 2015 (1503.03832)";
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDArray rows = normalize ? Pairs.unit(embeddings) : embeddings;
    NDArray squares = Pairs.squaredDistances(rows);
    NDArray distances = squared ? squares : Pairs.roots(squares);
    Mining.Mined mined = mining.mine(embeddings, labels, state);
    // Anchor x positive x negative.
    NDArray differences = distances.expandDims(2).sub(distances.expandDims(1)).add(margin);
    NDArray mask = mined.positives().expandDims(2).mul(mined.negatives().expandDims(1));
    NDArray terms = Activation.relu(differences).mul(mask);
    return meanOverAll ? terms.sum().div(mask.sum().maximum(1f)) : Pairs.meanOfPositive(terms);
  }
}
