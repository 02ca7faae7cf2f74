package dev.holdfast.models.training;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.backbone.Backbone;
import dev.holdfast.models.backbone.ConvNet;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.models.loss.MetricLoss;
import dev.holdfast.models.loss.MultiSimilarity;
import dev.holdfast.models.yaml.StrictYaml;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a reference model is trained.
 *
 * @param schema version of the format; 1
 * @param name what the model is called
 * @param method what happens in a step; default {@code standard}
 * @param loss default {@code multi-similarity}
 * @param backbone default {@code conv-net}
 * @param embedding what the network gives; default 128 dimensions of length 1, Euclidean
 * @param input size and color ({@code rgb} or {@code gray}) of the images
 * @param normalization from pixels in [0,1] to what the network gets; default none
 * @param batchSize images per step, at least 2 and a multiple of {@code samplesPerClass}; default
 *     64
 * @param samplesPerClass images of one class in a batch, at least 2; default 4
 * @param epochs at least 1
 * @param stepsPerEpoch default: training images / batch size, rounded down, at least 1
 * @param learningRate of Adam, above 0; default 0.001
 * @param weightDecay of Adam, at least 0; default 0.0004
 * @param warmUpSteps over which the learning rate rises from 0 on a straight line; default 0
 * @param schedule of the learning rate after the warm-up; default constant
 * @param learningRates of parts of the model that differ; default: those of the loss alone
 * @param gradientClip the greatest length of the gradient of all parameters together; default 0:
 *     any
 * @param withReplacement whether classes of a batch, and images of a class, are drawn
 *     independently, so that they may come twice; default false
 * @param initialWeights a safetensors file with weights to start from, beside the recipe or with
 *     its whole path; default: drawn at random
 * @param frozenBatchNorm which branches of batch norm keep their statistics: {@code none}
 *     (default), {@code main} or {@code all}
 * @param augmentation of training images; default: mirrored at random
 * @param validation classes held out; default a tenth
 * @param seed of everything random, 0 by default; a seed of the command line replaces it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Recipe(
    Integer schema,
    String name,
    TrainingMethod method,
    MetricLoss loss,
    Backbone backbone,
    ModelCard.Embedding embedding,
    ModelCard.Input input,
    ModelCard.Normalization normalization,
    Integer batchSize,
    Integer samplesPerClass,
    Integer epochs,
    Integer stepsPerEpoch,
    Double learningRate,
    Double weightDecay,
    Integer warmUpSteps,
    Schedule schedule,
    LearningRates learningRates,
    Double gradientClip,
    Boolean withReplacement,
    String initialWeights,
    FrozenBatchNorm frozenBatchNorm,
    Augmentation augmentation,
    Validation validation,
    Long seed) {

  private static final String OWNER = "the recipe";
  private static final int LARGEST_DIMENSION = 65536;

  /** The file of the weights in the directory that training writes. */
  static final String WEIGHTS = "weights.safetensors";

  /**
   * Puts the defaults in and checks the values.
   *
   * @throws InputException if something is missing or makes no sense
   */
  public Recipe {
    if (schema == null || schema != 1) {
      throw InputException.of(
          "schema", schema, OWNER, "be 1", "start the recipe with \"schema: 1\"");
    }
    require("name", name, "add \"name: my-model\"");
    require("input", input, "add \"input: {height: 64, width: 64}\"");
    require("epochs", epochs, "add \"epochs: 30\"");
    method = method == null ? new Standard() : method;
    loss = loss == null ? new MultiSimilarity(null, null, null, null, null, null) : loss;
    backbone = backbone == null ? new ConvNet(null) : backbone;
    embedding = embedding == null ? new ModelCard.Embedding(128, true, "euclidean") : embedding;
    normalization = normalization == null ? ModelCard.Normalization.none() : normalization;
    batchSize = batchSize == null ? 64 : batchSize;
    samplesPerClass = samplesPerClass == null ? 4 : samplesPerClass;
    learningRate = learningRate == null ? 1e-3 : learningRate;
    weightDecay = weightDecay == null ? 4e-4 : weightDecay;
    warmUpSteps = warmUpSteps == null ? 0 : warmUpSteps;
    schedule = schedule == null ? Schedule.CONSTANT : schedule;
    learningRates =
        learningRates == null ? new LearningRates(null, null, null, null) : learningRates;
    gradientClip = gradientClip == null ? 0.0 : gradientClip;
    withReplacement = withReplacement != null && withReplacement;
    frozenBatchNorm = frozenBatchNorm == null ? FrozenBatchNorm.NONE : frozenBatchNorm;
    augmentation = augmentation == null ? new Augmentation(null, null, null) : augmentation;
    validation = validation == null ? new Validation(null) : validation;
    seed = seed == null ? 0L : seed;
    if (input.spec().color() == ColorMode.BGR) {
      throw InputException.of("color", "bgr", OWNER, "be rgb or gray", "write color: rgb");
    }
    if (input.scale() != 1) {
      throw InputException.of(
          "pixels", input.pixels(), OWNER, "be 0..1", "delete it, and divide mean and std by 255");
    }
    if (samplesPerClass < 2) {
      throw InputException.of(
          "samples_per_class",
          samplesPerClass,
          OWNER,
          "be at least 2",
          "try 4: without a second image of its class an image has nothing to be close to");
    }
    if (batchSize < 2 * samplesPerClass || batchSize % samplesPerClass != 0) {
      throw InputException.of(
          "batch_size",
          batchSize,
          OWNER,
          "be a multiple of samples_per_class (%d) with at least two classes"
              .formatted(samplesPerClass),
          "set it to "
              + samplesPerClass * Math.max(2, Math.round(batchSize / (double) samplesPerClass)));
    }
    atLeast("epochs", epochs, 1);
    if (stepsPerEpoch != null) {
      atLeast("steps_per_epoch", stepsPerEpoch, 1);
    }
    atLeast("warm_up_steps", warmUpSteps, 0);
    if (!(learningRate > 0) || learningRate.isInfinite()) {
      throw InputException.of("learning_rate", learningRate, OWNER, "be positive", "try 0.001");
    }
    if (!(weightDecay >= 0) || weightDecay.isInfinite()) {
      throw InputException.of("weight_decay", weightDecay, OWNER, "be at least 0", "try 0.0004");
    }
    if (!(gradientClip >= 0) || gradientClip.isInfinite()) {
      throw InputException.of("gradient_clip", gradientClip, OWNER, "be at least 0", "try 1");
    }
    if (embedding.dimension() > LARGEST_DIMENSION) {
      throw InputException.of(
          "dimension",
          embedding.dimension(),
          OWNER,
          "be at most " + LARGEST_DIMENSION,
          "try the usual 128");
    }
    if ((long) batchSize * input.spec().values() > Integer.MAX_VALUE) {
      throw InputException.of(
          "batch_size",
          batchSize,
          OWNER,
          "be at most %d for images of that size"
              .formatted(Integer.MAX_VALUE / input.spec().values()),
          "lower it");
    }
    method.check(batchSize, samplesPerClass);
    // A recipe that makes no card would fail at the very end.
    new ModelCard(1, name, WEIGHTS, backbone, input, normalization, embedding);
  }

  private static void require(String key, Object value, String remedy) {
    if (value == null) {
      throw InputException.of(key, "missing", OWNER, "be given", remedy);
    }
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw InputException.of(key, value, OWNER, "be at least " + least, "a digit is missing");
    }
  }

  /**
   * Reads a recipe.
   *
   * @throws InputException if it cannot be read, has unknown keys or misses some
   */
  public static Recipe read(Path file) {
    Recipe recipe = StrictYaml.read(file, Recipe.class);
    return recipe.initialWeights() == null
        ? recipe
        : recipe.withInitialWeights(
            file.toAbsolutePath().resolveSibling(recipe.initialWeights()).normalize().toString());
  }

  /**
   * Returns the same recipe with other values for some of its keys.
   *
   * @param changes by key, as they would stand in the file
   * @param owner who wants them, for messages
   * @throws InputException if there is no such key, or a value makes no sense
   */
  public Recipe with(Map<String, ?> changes, String owner) {
    if (changes.isEmpty()) {
      return this;
    }
    Map<String, Object> values = new LinkedHashMap<>(StrictYaml.toMap(this));
    values.putAll(changes);
    return StrictYaml.bind(values, owner, Recipe.class);
  }

  /** Returns the same recipe with another seed. */
  public Recipe withSeed(long other) {
    return with(name, initialWeights, other);
  }

  /** Returns the same recipe with other weights to start from. */
  public Recipe withInitialWeights(String file) {
    return with(name, file, seed);
  }

  /** Returns the same recipe with another name. */
  public Recipe withName(String other) {
    return with(other, initialWeights, seed);
  }

  private Recipe with(String otherName, String otherWeights, long otherSeed) {
    return new Recipe(
        schema,
        otherName,
        method,
        loss,
        backbone,
        embedding,
        input,
        normalization,
        batchSize,
        samplesPerClass,
        epochs,
        stepsPerEpoch,
        learningRate,
        weightDecay,
        warmUpSteps,
        schedule,
        learningRates,
        gradientClip,
        withReplacement,
        otherWeights,
        frozenBatchNorm,
        augmentation,
        validation,
        otherSeed);
  }

  /** Returns the card of the model that comes out. */
  public ModelCard card() {
    return new ModelCard(1, name, WEIGHTS, backbone, input, normalization, embedding);
  }

  /** Returns C x H x W. */
  Shape imageShape() {
    InputSpec spec = input.spec();
    return new Shape(spec.color().channels(), spec.height(), spec.width());
  }

  /** Returns the number of steps in an epoch over so many training images. */
  int stepsPerEpoch(int images) {
    return stepsPerEpoch == null ? Math.max(1, images / batchSize) : stepsPerEpoch;
  }

  /**
   * Returns the learning rate of a step.
   *
   * @param step from 0
   * @param total steps of the whole training
   */
  double learningRate(long step, long total) {
    return learningRate * factor(step, total);
  }

  /** Returns what learning rates are multiplied by in a step: warm-up, then schedule. */
  double factor(long step, long total) {
    if (step < warmUpSteps) {
      return (step + 1.0) / (warmUpSteps + 1);
    }
    return schedule.factor((double) (step - warmUpSteps) / (total - warmUpSteps));
  }
}
