package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import com.fasterxml.jackson.annotation.JsonTypeName;

/**
 * Margin loss with a learned boundary for each class. With the boundary b of the anchor's class:
 *
 * <pre>
 * max(0, d - b + margin) for a positive,   max(0, b - d + margin) for a negative
 * </pre>
 *
 * summed over pairs and divided by the number of terms above 0.
 *
 * @param boundary where the boundaries start, above 0; default 1.2
 * @param margin on both sides of it, above 0; default 0.2
 * @param mining which pairs; default distance-weighted
 * @see <a href="https://arxiv.org/abs/1706.07567">Wu et al., ICCV 2017</a>
 */
@JsonTypeName("margin")
public record Margin(Double boundary, Double margin, Mining mining) implements MetricLoss {

  private static final String OWNER = "loss margin";
  private static final String BOUNDARIES = "boundaries";

  /** Puts the defaults in and checks the values. */
  public Margin {
    boundary = boundary == null ? 1.2 : boundary;
    margin = margin == null ? 0.2 : margin;
    mining = mining == null ? Mining.DISTANCE_WEIGHTED : mining;
    Check.positive("boundary", boundary, OWNER, "1.2");
    Check.positive("margin", margin, OWNER, "0.2");
  }

  @Override
  public String description() {
    return "positives inside, negatives outside of a learned distance per class";
  }

  @Override
  public String source() {
    return "Wu et al., ICCV 2017 (1706.07567)";
  }

  @Override
  public void initialize(LossShape shape) {
    shape.constant(BOUNDARIES, boundary, shape.classes(), 1);
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDArray distances = Pairs.roots(Pairs.squaredDistances(Pairs.unit(embeddings)));
    Mining.Mined mined = mining.mine(embeddings, labels, state);
    NDArray oneHot = state.oneHot(labels, embeddings.getManager());
    NDArray beyond = distances.sub(oneHot.matMul(state.parameter(BOUNDARIES)));
    NDArray pull = Activation.relu(beyond.add(margin)).mul(mined.positives());
    NDArray push = Activation.relu(beyond.neg().add(margin)).mul(mined.negatives());
    return Pairs.meanOfPositive(pull.add(push));
  }
}
