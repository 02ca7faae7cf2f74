package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.engine.GraphSafeScalars;

/**
 * ArcFace: a softmax over the cosines between embedding and one prototype per class, in which the
 * angle to the own class is made larger by a margin. Where the angle plus the margin would pass pi,
 * the cosine falls on a straight line instead: {@code cos(theta) - margin sin(margin)}.
 *
 * @param scale what cosines are multiplied by, above 0; default 16
 * @param margin in radians, in [0, pi); default 0.5
 * @param legacy whether to do what the public code of MDProp does: the change of the own cosine is
 *     added to every logit of a row, where the softmax cancels it, and cosines are clamped to
 *     [1e-10, 1 - 1e-10], where they have no gradient; default false
 * @see <a href="https://arxiv.org/abs/1801.07698">Deng et al., CVPR 2019</a>
 */
@JsonTypeName("arc-face")
public record ArcFace(Double scale, Double margin, Boolean legacy) implements MetricLoss {

  private static final String OWNER = "loss arc-face";
  private static final String PROTOTYPES = "prototypes";
  private static final float EDGE = 1e-10f;

  /** Keeps the sine differentiable where it is 0; beside the 1 it would be lost to rounding. */
  private static final float TINY = 1e-12f;

  /** Puts the defaults in and checks the values. */
  public ArcFace {
    scale = scale == null ? 16.0 : scale;
    margin = margin == null ? 0.5 : margin;
    legacy = legacy != null && legacy;
    Check.positive("scale", scale, OWNER, "16");
    if (!(margin >= 0 && margin < Math.PI)) {
      throw InputException.of("margin", margin, OWNER, "be in [0, pi)", "try the usual 0.5");
    }
  }

  @Override
  public String description() {
    return "softmax over the angles to class prototypes, with an additive angular margin";
  }

  @Override
  public String source() {
    return "Deng et al., CVPR 2019 (1801.07698)";
  }

  @Override
  public void initialize(LossShape shape) {
    shape.prototypes(PROTOTYPES);
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDArray oneHot = state.oneHot(labels, embeddings.getManager());
    NDArray cosines =
        Pairs.products(Pairs.unit(embeddings), Pairs.unit(state.parameter(PROTOTYPES)));
    if (legacy) {
      cosines = cosines.clip(EDGE, 1 - EDGE);
    }
    NDArray own = cosines.mul(oneHot).sum(new int[] {1}, true);
    NDArray change = widened(own).sub(own);
    NDArray logits = cosines.add(legacy ? change : change.mul(oneHot));
    return Pairs.crossEntropy(GraphSafeScalars.times(logits, scale), oneHot);
  }

  /** Returns the cosine of an angle that is larger by the margin. */
  private NDArray widened(NDArray cosine) {
    NDArray sine = cosine.square().neg().add(1).abs().add(TINY).sqrt();
    NDArray turned =
        GraphSafeScalars.times(cosine, Math.cos(margin))
            .sub(GraphSafeScalars.times(sine, Math.sin(margin)));
    NDArray straight = cosine.sub(margin * Math.sin(margin));
    NDArray beyond = Pairs.asFloat(cosine.stopGradient().lte(-Math.cos(margin)));
    return turned.mul(beyond.neg().add(1)).add(straight.mul(beyond));
  }
}
