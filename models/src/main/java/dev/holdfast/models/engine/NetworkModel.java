package dev.holdfast.models.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.image.ColorMode;
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
    return EngineShutdownGuard.run(() -> embedded(pixels));
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
    return EngineShutdownGuard.run(() -> differentiated(pixels, loss));
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
              .formatted(card.name(), ForwardFailure.firstLine(e)),
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
      raw = float32(network.forward(input, gradient));
    } catch (OutputException e) {
      throw new InputException(
          "The model (%s) must return one tensor of real numbers, N x %d, and it returns %s.%nMaybe wrap the network, so that it returns the embedding alone: def forward(self, x): return self.net(x)[0]"
              .formatted(card.name(), card.embedding().dimension(), e.getMessage()),
          e);
    } catch (EngineException | IllegalArgumentException e) {
      throw ForwardFailure.explain(card, input, e, takesOne(input));
    }
    long samples = input.getShape().get(0);
    Shape expected = new Shape(samples, card.embedding().dimension());
    if (isSame(raw.getShape(), expected)) {
      raw = raw.reshape(expected);
    }
    if (!raw.getShape().equals(expected)) {
      throw ForwardFailure.shape(card, raw.getShape(), expected);
    }
    if (!card.embedding().normalize()) {
      return raw;
    }
    return raw.div(raw.square().sum(new int[] {1}, true).add(TINY).sqrt());
  }

  /** Pooled features with sides of 1, or a single embedding whose batch was squeezed away. */
  private static boolean isSame(Shape shape, Shape expected) {
    return shape.equals(new Shape(expected.get(0), expected.get(1), 1, 1))
        || (expected.get(0) == 1 && shape.equals(new Shape(expected.get(1))));
  }

  /**
   * Returns the output in the type that everything after it counts on. The sum of squares of small
   * numbers of 16 bits is 0, and that of large ones infinite.
   */
  private static NDArray float32(NDArray output) {
    DataType type = output.getDataType();
    if (type == DataType.FLOAT32) {
      return output;
    }
    if (type == DataType.COMPLEX64 || (type == DataType.UNKNOWN && !isReal(output))) {
      throw new OutputException("complex or quantized numbers", null);
    }
    // Conversion proper would cut the graph; a sum in place takes the type of the first.
    return output
        .getManager()
        .zeros(output.getShape(), DataType.FLOAT32, output.getDevice())
        .addi(output);
  }

  /**
   * The binding has no name for several types, bfloat16 and a complex one among them; only real
   * numbers have an order.
   */
  private static boolean isReal(NDArray output) {
    try (NDArray values = output.stopGradient();
        NDArray ordered = values.gt(values)) {
      return ordered.getShape().equals(output.getShape());
    } catch (EngineException e) {
      return false;
    }
  }

  /** Tells whether the network takes a single image, where it does not take the batch. */
  private boolean takesOne(NDArray input) {
    if (input.getShape().get(0) == 1) {
      return false;
    }
    try (NDManager trial = input.getManager().newSubManager()) {
      NDArray one = input.stopGradient().get("0:1");
      one.attach(trial);
      NDArray output = network.forward(one, false);
      return output.size() == card.embedding().dimension();
    } catch (EngineException | IllegalArgumentException | OutputException e) {
      return false;
    }
  }

  @Override
  public void close() {
    network.close();
    manager.close();
  }
}
