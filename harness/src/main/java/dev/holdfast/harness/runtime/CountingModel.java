package dev.holdfast.harness.runtime;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.card.ModelCard;
import java.util.function.UnaryOperator;

/** A candidate whose passes are counted, in images, rows of padding included. */
public final class CountingModel implements EmbeddingModel {

  private final EmbeddingModel model;
  private long forwards;
  private long backwards;
  private Runnable listener = () -> {};

  public CountingModel(EmbeddingModel model) {
    this.model = model;
  }

  public long forwards() {
    return forwards;
  }

  public long backwards() {
    return backwards;
  }

  /** Returns what passes have cost so far, in forward passes: a backward pass costs about two. */
  public long cost() {
    return forwards + 2 * backwards;
  }

  /** Has something done after every pass, until the next such call. */
  void afterEach(Runnable todo) {
    listener = todo;
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
    NDArray embeddings = model.embed(pixels);
    listener.run();
    return embeddings;
  }

  @Override
  public InputGradient gradient(NDArray pixels, UnaryOperator<NDArray> loss) {
    forwards += pixels.getShape().get(0);
    backwards += pixels.getShape().get(0);
    InputGradient gradient = model.gradient(pixels, loss);
    listener.run();
    return gradient;
  }

  @Override
  public void close() {
    model.close();
  }
}
