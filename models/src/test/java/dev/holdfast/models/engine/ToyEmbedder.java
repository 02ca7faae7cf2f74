package dev.holdfast.models.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.card.ModelCard;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Networks small enough for pencil and paper, behind the same wrapper as real ones.
 *
 * @param weights dimension x pixels: what {@link #linear} and {@link #quadratic} multiply with
 */
@SuppressWarnings("ArrayRecordComponent")
public record ToyEmbedder(EmbeddingModel model, double[][] weights) implements AutoCloseable {

  private static final String NO_FILE = "0".repeat(64);

  /** Returns a card without normalization, neither of pixels nor of embeddings. */
  public static ModelCard card(Shape image, int dimension, Distance distance) {
    return card(image, dimension, distance, false, ModelCard.Normalization.none(), null);
  }

  /**
   * Returns a card.
   *
   * @param image channels x height x width
   * @param color null for the one that follows from the number of channels
   */
  public static ModelCard card(
      Shape image,
      int dimension,
      Distance distance,
      boolean normalize,
      ModelCard.Normalization normalization,
      String color) {
    String channels = image.get(0) == 1 ? "gray" : "rgb";
    return new ModelCard(
        1,
        "toy",
        "none.pt",
        null,
        new ModelCard.Input(
            (int) image.get(1),
            (int) image.get(2),
            color == null ? channels : color,
            null,
            null,
            null),
        normalization,
        new ModelCard.Embedding(dimension, normalize, distance.id()));
  }

  /** Returns a model that computes any function of what its card makes of the pixels. */
  public static EmbeddingModel of(ModelCard card, Function<NDArray, NDArray> function) {
    return of(card, (manager, input) -> function.apply(input));
  }

  private static EmbeddingModel of(
      ModelCard card, BiFunction<NDManager, NDArray, NDArray> function) {
    NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    Network network =
        new Network() {
          @Override
          public NDArray forward(NDArray input, boolean gradient) {
            return function.apply(manager, input);
          }

          @Override
          public void close() {}
        };
    return new NetworkModel(card, NO_FILE, manager, network);
  }

  /** f(x) = W x, with W of normal numbers. */
  public static ToyEmbedder linear(ModelCard card, long seed) {
    return weighted(card, seed, x -> x);
  }

  /** f(x) = W (x * x), so that df/dx = 2 W x. */
  public static ToyEmbedder quadratic(ModelCard card, long seed) {
    return weighted(card, seed, NDArray::square);
  }

  private static ToyEmbedder weighted(
      ModelCard card, long seed, Function<NDArray, NDArray> before) {
    int pixels = card.input().spec().values();
    int dimension = card.embedding().dimension();
    CounterRng rng = CounterRng.of(seed, "toy weights", 0);
    double[][] weights = new double[dimension][pixels];
    float[] flat = new float[dimension * pixels];
    for (int d = 0; d < dimension; d++) {
      for (int p = 0; p < pixels; p++) {
        flat[d * pixels + p] = (float) rng.nextGaussian();
        weights[d][p] = flat[d * pixels + p];
      }
    }
    NDManager owner = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    NDArray matrix = owner.create(flat, new Shape(1, dimension, pixels));
    Network network =
        new Network() {
          @Override
          public NDArray forward(NDArray input, boolean gradient) {
            NDArray rows = before.apply(input).reshape(new Shape(-1, 1, pixels));
            // A sum of products, not a matrix product: the order of additions is that of one row.
            return rows.mul(matrix).sum(new int[] {2});
          }

          @Override
          public void close() {}
        };
    return new ToyEmbedder(new NetworkModel(card, NO_FILE, owner, network), weights);
  }

  /** The same embedding for every image, and no path from it to the pixels. */
  public static EmbeddingModel constant(ModelCard card) {
    return of(
        card,
        (manager, input) ->
            input
                .getManager()
                .ones(new Shape(input.getShape().get(0), card.embedding().dimension())));
  }

  /** The same embedding for every image, with a gradient of zero. */
  public static EmbeddingModel collapsed(ModelCard card) {
    return of(card, input -> brightness(input, card).mul(0).add(1));
  }

  /** Not a number in every embedding and every gradient. */
  public static EmbeddingModel nan(ModelCard card) {
    return of(card, input -> brightness(input, card).mul(Float.NaN));
  }

  private static NDArray brightness(NDArray input, ModelCard card) {
    return input.sum(new int[] {1, 2, 3}).expandDims(1).repeat(1, card.embedding().dimension());
  }

  /** Returns images of uniform random pixels, a few of them exactly 0 and 1. */
  public static NDArray images(ModelCard card, int count, long seed, NDManager manager) {
    float[] values = new float[count * card.input().spec().values()];
    CounterRng rng = CounterRng.of(seed, "toy images", 0);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.min(1, Math.max(0, rng.nextDouble(-0.05, 1.05)));
    }
    return manager.create(values, shape(card, count));
  }

  /** Returns the shape of a batch. */
  public static Shape shape(ModelCard card, int count) {
    var spec = card.input().spec();
    return new Shape(count, spec.color().channels(), spec.height(), spec.width());
  }

  @Override
  public void close() {
    model.close();
  }
}
