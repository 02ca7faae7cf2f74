package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.models.engine.GraphSafeScalars;

/**
 * A softmax over the cosines between embedding and one prototype per class.
 *
 * @param temperature what cosines are divided by, above 0; default 0.05
 * @see <a href="https://arxiv.org/abs/1811.12649">Zhai and Wu, BMVC 2019</a>
 */
@JsonTypeName("normalized-softmax")
public record NormalizedSoftmax(Double temperature) implements MetricLoss {

  private static final String PROTOTYPES = "prototypes";

  /** Puts the default in and checks the value. */
  public NormalizedSoftmax {
    temperature = temperature == null ? 0.05 : temperature;
    Check.positive("temperature", temperature, "loss normalized-softmax", "0.05");
  }

  @Override
  public String description() {
    return "softmax over the cosines to class prototypes";
  }

  @Override
  public String source() {
    return "Zhai and Wu, BMVC 2019 (1811.12649)";
  }

  @Override
  public void initialize(LossShape shape) {
    shape.prototypes(PROTOTYPES);
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDArray cosines =
        Pairs.products(Pairs.unit(embeddings), Pairs.unit(state.parameter(PROTOTYPES)));
    return Pairs.crossEntropy(
        GraphSafeScalars.times(cosines, 1 / temperature),
        state.oneHot(labels, embeddings.getManager()));
  }
}
