package dev.holdfast.models;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.data.ColorMode;
import java.util.function.UnaryOperator;

/** A network behind its card: the one place where pixels become what the network expects. */
public final class NetworkModel implements EmbeddingModel {

  /** Keeps the length of a zero embedding, and its gradient, finite. */
  private static final float TINY = 1e-24f;

  /** How the engine says that a result does not depend on anything differentiable. */
  private static final String NO_GRAPH = "does not require grad and does not have a grad_fn";

  private final ModelCard card;
  private final String sha256;
  private final NDManager manager;
  private final Network network;
  private final NDArray mean;
  private final NDArray std;
  private final float scale;

  /**
   * Wraps a network.
   *
   * @param manager the owner of everything of this model; closed with it
   */
  public NetworkModel(ModelCard card, String sha256, NDManager manager, Network network) {
    this.card = card;
    this.sha256 = sha256;
    this.manager = manager;
    this.network = network;
    ModelCard.Normalization normalization = card.normalization();
    this.mean = normalization.identity() ? null : normalization.mean(manager);
    this.std = normalization.identity() ? null : normalization.std(manager);
    this.scale = card.input().scale();
  }

  @Override
  public ModelCard card() {
    return card;
  }

  @Override
  public String sha256() {
    return sha256;
  }

  @Override
  public NDManager manager() {
    return manager;
  }

  @Override
  public NDArray embed(NDArray pixels) {
    return Passes.run(() -> embedded(pixels));
  }

  private NDArray embedded(NDArray pixels) {
    NDManager caller = pixels.getManager();
    try (NDManager temporary = caller.newSubManager()) {
      // Shares the values, but puts what follows on the temporary manager.
      NDArray input = pixels.stopGradient();
      input.attach(temporary);
      NDArray embeddings = forward(normalized(input), false);
      embeddings.attach(caller);
      return embeddings;
    }
  }

  @Override
  public InputGradient gradient(NDArray pixels, UnaryOperator<NDArray> loss) {
    return Passes.run(() -> differentiated(pixels, loss));
  }

  private InputGradient differentiated(NDArray pixels, UnaryOperator<NDArray> loss) {
    NDManager caller = pixels.getManager();
    // Everything that the graph holds on to lives and dies with this manager.
    try (NDManager graph = caller.newSubManager()) {
      NDArray shared = pixels.stopGradient();
      shared.attach(graph);
      // The graph starts behind the normalization, whose derivative is a division: that spares
      // passes over the whole batch.
      NDArray leaf = normalized(shared);
      leaf.setRequiresGradient(true);
      NDArray losses;
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        losses = loss.apply(forward(leaf, true));
        backward(collector, losses);
      }
      NDArray gradient = leaf.getGradient();
      if (std != null) {
        gradient.divi(std);
      }
      if (scale != 1) {
        gradient.muli(scale);
      }
      if (turned()) {
        gradient = gradient.flip(1);
      }
      gradient.attach(caller);
      NDArray values = losses.stopGradient();
      values.attach(caller);
      return new InputGradient(values, gradient);
    }
  }

  private void backward(GradientCollector collector, NDArray losses) {
    try {
      collector.backward(losses.sum());
    } catch (EngineException e) {
      // A network that cuts the graph: the derivative is 0, which is what an untouched leaf
      // reports.
      // The engine has no reliable way to ask beforehand.
      if (String.valueOf(e.getMessage()).contains(NO_GRAPH)) {
        return;
      }
      throw new InputException(
          "The model (%s) must be differentiable with respect to its input.%nMaybe it says why not itself: %s"
              .formatted(card.name(), firstLine(e)),
          e);
    }
  }

  private boolean turned() {
    return card.input().spec().color() == ColorMode.BGR;
  }

  private NDArray normalized(NDArray pixels) {
    NDArray input = turned() ? pixels.flip(1) : pixels;
    if (scale != 1) {
      // Levels of 8 bits come out as the whole numbers that they were.
      input = input.mul(scale);
    }
    if (mean != null) {
      return input.sub(mean).divi(std);
    }
    // A network may change what it gets in place.
    return turned() || scale != 1 ? input : input.duplicate();
  }

  private NDArray forward(NDArray input, boolean gradient) {
    NDArray raw;
    try {
      raw = network.forward(input, gradient);
    } catch (EngineException | IllegalArgumentException e) {
      throw new InputException(
          "The model (%s) must accept a batch of %s.%nMaybe it says why itself: %s"
              .formatted(card.name(), input.getShape(), firstLine(e)),
          e);
    }
    long samples = input.getShape().get(0);
    Shape expected = new Shape(samples, card.embedding().dimension());
    if (raw.getShape().dimension() == 4
        && raw.getShape().equals(new Shape(samples, expected.get(1), 1, 1))) {
      raw = raw.reshape(expected);
    }
    if (!raw.getShape().equals(expected)) {
      throw InputException.of(
          "output shape",
          raw.getShape(),
          "the model " + card.name(),
          "be " + expected + " as its card says",
          raw.getShape().dimension() == 2
              ? "the card should say dimension: " + raw.getShape().get(1)
              : "the network lacks a pooling or flattening layer");
    }
    if (!card.embedding().normalize()) {
      return raw;
    }
    return raw.div(raw.square().sum(new int[] {1}, true).add(TINY).sqrt());
  }

  /** The engine puts a C++ stack behind its message; the cause stands in a line of its own. */
  private static String firstLine(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return message
        .lines()
        .map(String::strip)
        .filter(l -> l.startsWith("RuntimeError:") || l.startsWith("torch.jit.Error"))
        .findFirst()
        .or(() -> message.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst())
        .orElse("no message");
  }

  @Override
  public void close() {
    network.close();
    manager.close();
  }
}
