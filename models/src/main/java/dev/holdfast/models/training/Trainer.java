package dev.holdfast.models.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.engine.HostToDevice;
import dev.holdfast.models.loss.LossShape;
import dev.holdfast.models.loss.LossState;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Trains reference models. */
public final class Trainer {

  /** The file of a trained model's directory that holds its recipe. */
  public static final String RECIPE = "recipe.yaml";

  /** The picture of its loss over the steps. */
  public static final String CURVE = "training.svg";

  private static final String TASK = "training";

  private final Recipe recipe;
  private final TrainingImages images;
  private final AdversarialExampleMaker attack;
  private final Progress progress;
  private final ClassSplit split;
  private final long[] classes;
  private final ClassSampler sampler;
  private final int stepsPerEpoch;

  private Trainer(
      Recipe recipe, TrainingImages images, AdversarialExampleMaker attack, Progress progress) {
    this.recipe = recipe;
    this.images = images;
    this.attack = attack;
    this.progress = progress;
    this.split = ClassSplit.of(images, recipe.validation(), recipe.seed());
    this.sampler = sampler(recipe, split);
    this.classes = split.training().stream().mapToLong(c -> images.label(c[0])).sorted().toArray();
    this.stepsPerEpoch =
        recipe.stepsPerEpoch(split.training().stream().mapToInt(c -> c.length).sum());
  }

  private static ClassSampler sampler(Recipe recipe, ClassSplit split) {
    return new ClassSampler(
        split.training(),
        recipe.batchSize(),
        recipe.samplesPerClass(),
        recipe.withReplacement(),
        recipe.seed());
  }

  /**
   * Checks what {@link #run} would refuse before its first step, and writes nothing.
   *
   * @return what a run would train on
   * @throws dev.holdfast.metrics.error.InputException if the images are too few for the recipe, or
   *     the weights to start from do not fit
   */
  public static TrainingData check(Recipe recipe, TrainingImages images, long seed) {
    Recipe seeded = recipe.withSeed(seed);
    ClassSplit split = ClassSplit.of(images, seeded.validation(), seed);
    sampler(seeded, split);
    if (seeded.initialWeights() != null) {
      try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
        InitialWeights.of(seeded, manager);
      }
    }
    return TrainingData.of(split, images);
  }

  /**
   * Trains a model on the CPU and leaves in a directory what {@link
   * dev.holdfast.models.engine.ModelLoader#open} opens. A run that was interrupted goes on behind
   * its last finished epoch; the weights are those of a run without interruption, bit for bit, if
   * engine, machine type and number of threads are the same.
   *
   * @param images at the input size of the recipe
   * @param out the directory; may hold an earlier part of the same run
   * @param seed of the initial weights, batches, augmentation and classes held out; takes the place
   *     of the recipe's
   * @param fresh whether an earlier run in the directory is removed
   * @param attack makes adversarial images for methods that train on them
   * @param progress hears each step
   * @return recall@1 of the classes held out at the end, in [0,1]; not a number where there are
   *     none
   * @throws dev.holdfast.metrics.error.InputException if the directory holds a run with another
   *     recipe, seed or data, or an unfinished one with another number of threads, or the images
   *     are too few for the recipe
   * @throws RunException if the loss or a weight is not finite any more
   */
  public static double run(
      Recipe recipe,
      TrainingImages images,
      Path out,
      long seed,
      boolean fresh,
      AdversarialExampleMaker attack,
      Progress progress) {
    Recipe seeded = recipe.withSeed(seed);
    // Before the directory: what is wrong with recipe and data must not leave a run behind.
    Trainer training = new Trainer(seeded, images, attack, progress);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      RunIdentity identity = RunIdentity.of(images, seeded, JniUtils.getNumThreads());
      Weights first = InitialWeights.of(seeded, manager);
      try (RunDirectory directory = RunDirectory.open(out, identity, fresh)) {
        return training.run(directory, first, manager);
      }
    }
  }

  private double run(RunDirectory directory, Weights first, NDManager manager) {
    Optional<RunDirectory.Checkpoint> earlier = directory.newest();
    TrainingLog log = earlier.map(RunDirectory.Checkpoint::log).orElse(new TrainingLog(List.of()));
    recipe
        .loss()
        .initialize(
            new LossShape(
                first,
                LossState.PREFIX,
                classes.length,
                recipe.embedding().dimension(),
                recipe.backbone().featureChannels(),
                CounterRng.of(recipe.seed(), "loss", 0)));
    Weights zeros = Adam.zeros(first, manager);
    Weights weights =
        earlier.map(c -> RunDirectory.Checkpoint.read(c.weights(), first, manager)).orElse(first);
    Weights moments =
        earlier.map(c -> RunDirectory.Checkpoint.read(c.moments(), zeros, manager)).orElse(zeros);
    if (earlier.isPresent()) {
      first.close();
      zeros.close();
    }
    Adam adam = new Adam(moments, recipe.weightDecay(), recipe.gradientClip());
    while (log.rows().size() < recipe.epochs()) {
      log = log.with(epoch(log.rows().size(), weights, adam, manager));
      directory.save(log, weights, moments);
    }
    directory.finish(recipe, log, weights);
    return log.rows().get(log.rows().size() - 1).validationRecallAt1();
  }

  private TrainingLog.Row epoch(int epoch, Weights weights, Adam adam, NDManager manager) {
    long total = (long) recipe.epochs() * stepsPerEpoch;
    double sum = 0;
    long step = (long) epoch * stepsPerEpoch;
    for (int i = 0; i < stepsPerEpoch; i++, step++) {
      sum += step(step, recipe.factor(step, total), weights, adam, manager);
      progress.step(TASK, step + 1, total);
    }
    for (NDArray array : weights.all().values()) {
      for (float value : array.toFloatArray()) {
        requireFinite("weights", value, step);
      }
    }
    double recall =
        split.validation().isEmpty()
            ? Double.NaN
            : ValidationRecall.of(recipe, weights, images, split.validation(), manager);
    return new TrainingLog.Row(
        epoch + 1, step, sum / stepsPerEpoch, recall, recipe.learningRate(step - 1, total));
  }

  private double step(long step, double factor, Weights weights, Adam adam, NDManager parent) {
    int[] batch = sampler.batch(step);
    long[] labels = IntStream.of(batch).mapToLong(images::label).toArray();
    try (NDManager manager = parent.newSubManager()) {
      NDArray pixels =
          HostToDevice.array(
              load(batch, step), new Shape(batch.length).addAll(recipe.imageShape()), manager);
      Weights leaves = weights.leaves(manager);
      double loss =
          recipe
              .method()
              .run(
                  new TrainingStep(recipe, weights, leaves, pixels, labels, classes, step, attack));
      requireFinite("loss", loss, step + 1);
      LearningRates rates = recipe.learningRates();
      adam.step(
          weights,
          leaves,
          step + 1,
          name -> factor * rates.of(name, weights, recipe.learningRate()));
      return loss;
    }
  }

  private float[] load(int[] batch, long step) {
    Shape shape = recipe.imageShape();
    int values = Math.toIntExact(shape.size());
    float[] pixels = new float[batch.length * values];
    IntStream.range(0, batch.length)
        .parallel()
        .forEach(
            i -> {
              images.pixels(batch[i], pixels, i * values);
              long draw = step * batch.length + i;
              recipe
                  .augmentation()
                  .apply(
                      pixels,
                      i * values,
                      (int) shape.get(0),
                      (int) shape.get(1),
                      (int) shape.get(2),
                      CounterRng.of(recipe.seed(), "augmentation", draw));
            });
    return pixels;
  }

  private void requireFinite(String what, double value, long step) {
    if (!Double.isFinite(value)) {
      throw new RunException(
          "The %s (%s) of step %d must be finite; the checkpoint of the last finished epoch is kept.%nMaybe lower the learning_rate (%s) or raise warm_up_steps (%d)."
              .formatted(what, value, step, recipe.learningRate(), recipe.warmUpSteps()));
    }
  }
}
