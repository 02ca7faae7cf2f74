package dev.holdfast.harness.runtime;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.function.UnaryOperator;

/** A toy model, for tests that change a part of it. */
public class ToyModel implements EmbeddingModel {

  private final EmbeddingModel toy;

  public ToyModel(ModelCard card) {
    toy = ToyEmbedder.quadratic(card, 5).model();
  }

  @Override
  public ModelCard card() {
    return toy.card();
  }

  @Override
  public String sha256() {
    return toy.sha256();
  }

  @Override
  public NDManager manager() {
    return toy.manager();
  }

  @Override
  public NDArray embed(NDArray pixels) {
    return toy.embed(pixels);
  }

  @Override
  public InputGradient gradient(NDArray pixels, UnaryOperator<NDArray> loss) {
    return toy.gradient(pixels, loss);
  }

  @Override
  public void close() {
    toy.close();
  }
}
