package dev.holdfast.harness.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.card.ModelCard;
import java.util.function.UnaryOperator;

/** A candidate whose passes are counted, in images, rows of padding included. */
final class CountingModel implements EmbeddingModel {

  private final EmbeddingModel model;
  private long forwards;
  private long backwards;

  CountingModel(EmbeddingModel model) {
    this.model = model;
  }

  long forwards() {
    return forwards;
  }

  long backwards() {
    return backwards;
  }

  @Override
  public ModelCard card() {
    return model.card();
  }

  @Override
  public String sha256() {
    return model.sha256();
  }

  @Override
  public NDManager manager() {
    return model.manager();
  }

  @Override
  public NDArray embed(NDArray pixels) {
    forwards += pixels.getShape().get(0);
    return model.embed(pixels);
  }

  @Override
  public InputGradient gradient(NDArray pixels, UnaryOperator<NDArray> loss) {
    forwards += pixels.getShape().get(0);
    backwards += pixels.getShape().get(0);
    return model.gradient(pixels, loss);
  }

  @Override
  public void close() {
    model.close();
  }
}
