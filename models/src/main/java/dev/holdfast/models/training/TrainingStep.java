package dev.holdfast.models.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Route;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.engine.BackboneNetwork;
import dev.holdfast.models.engine.NetworkModel;
import dev.holdfast.models.loss.LossState;
import java.util.function.Supplier;

/** One batch, the network to train on it, and the arrays of both for as long as the step takes. */
public final class TrainingStep {

  private final Recipe recipe;
  private final Weights weights;
  private final Weights leaves;
  private final NDArray pixels;
  private final long[] labels;
  private final long[] classes;
  private final long number;
  private final AdversarialExampleMaker attack;

  /**
   * @param weights as they are kept; they record no gradients
   * @param leaves the same weights for this step: gradients are recorded for all parameters
   * @param pixels N x C x H x W in [0,1], on the manager of the step
   * @param classes the labels of all classes to train on, sorted
   * @param number of the step, from 0
   */
  TrainingStep(
      Recipe recipe,
      Weights weights,
      Weights leaves,
      NDArray pixels,
      long[] labels,
      long[] classes,
      long number,
      AdversarialExampleMaker attack) {
    this.recipe = recipe;
    this.weights = weights;
    this.leaves = leaves;
    this.pixels = pixels;
    this.labels = labels;
    this.classes = classes;
    this.number = number;
    this.attack = attack;
  }

  /**
   * What a network makes of a batch.
   *
   * @param embeddings N x D, not normalized
   * @param features N x F x h x w; null unless the loss needs them
   */
  public record Embedded(NDArray embeddings, NDArray features) {

    /** Returns neighboring rows. */
    Embedded rows(long from, long to) {
      String range = from + ":" + to;
      return new Embedded(embeddings.get(range), features == null ? null : features.get(range));
    }
  }

  /** Returns the batch: N x C x H x W float32 in [0,1], augmented. */
  public NDArray pixels() {
    return pixels;
  }

  /** Returns N class labels; images of one class follow each other. */
  public long[] labels() {
    return labels.clone();
  }

  /** Returns what makes adversarial images. */
  AdversarialExampleMaker attack() {
    return attack;
  }

  /** Returns random numbers that depend on the seed of the run and the step alone. */
  CounterRng rng(String purpose) {
    return CounterRng.of(recipe.seed(), purpose, number);
  }

  /** Returns images as the network gets them. */
  public NDArray normalize(NDArray images) {
    if (recipe.normalization().identity()) {
      return images;
    }
    NDManager manager = images.getManager();
    return images
        .sub(recipe.normalization().mean(manager))
        .div(recipe.normalization().std(manager));
  }

  /**
   * Runs the network in training mode.
   *
   * @param images N x C x H x W, normalized
   * @param route through the branches of batch norm; those that the recipe freezes use their
   *     running statistics
   */
  public Embedded embed(NDArray images, Route route) {
    Route frozen = recipe.frozenBatchNorm().apply(route);
    NDArray features = recipe.backbone().features(leaves, images, frozen);
    NDArray embeddings = recipe.backbone().head(leaves, features);
    return new Embedded(embeddings, recipe.loss().needsFeatures() ? features : null);
  }

  /** Returns the loss of embedded images. */
  public NDArray loss(Embedded embedded, long[] labelsOfRows) {
    LossState state = LossState.of(leaves, classes, embedded.features(), recipe.seed(), number);
    return recipe.loss().loss(embedded.embeddings(), labelsOfRows, state);
  }

  /**
   * Returns the network as an attacker sees it: in evaluation mode, through one branch of batch
   * norm, without gradients for its weights.
   *
   * @param normalized whether it takes images that are normalized already, instead of pixels
   */
  EmbeddingModel model(Branch branch, boolean normalized) {
    ModelCard card = recipe.card();
    if (normalized) {
      card =
          new ModelCard(
              1,
              card.name(),
              card.weights(),
              card.backbone(),
              card.input(),
              ModelCard.Normalization.none(),
              card.embedding());
    }
    NDManager manager = pixels.getManager().newSubManager();
    return new NetworkModel(
        card, "", manager, new BackboneNetwork(recipe.backbone(), weights, branch, manager));
  }

  /**
   * Leaves the gradient of a scalar in the weights. Only once per step, since gradients add up.
   *
   * @param loss computes the scalar; called while gradients are recorded
   * @return its value
   */
  public double backward(Supplier<NDArray> loss) {
    // The engine allows one collector at a time, so a method may open its own before this call.
    try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray value = loss.get();
      collector.backward(value);
      return value.getFloat();
    }
  }
}
