package dev.holdfast.models.training;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;

/**
 * Batches of several images of each of several classes. The batch of a step depends on the seed and
 * the number of the step alone, so a resumed run needs no memory of earlier draws. A batch holds no
 * class twice, and no image twice unless its class has too few; with replacement, it may hold both.
 */
final class ClassSampler {

  private final int[][] classes;
  private final int perBatch;
  private final int perClass;
  private final boolean withReplacement;
  private final long seed;

  /**
   * @param classes the images of each class, none empty
   * @param withReplacement whether classes, and images of a class, are drawn independently
   * @throws InputException if there are fewer classes than a batch without replacement holds
   */
  ClassSampler(
      List<int[]> classes, int batchSize, int perClass, boolean withReplacement, long seed) {
    this.classes = classes.stream().map(int[]::clone).toArray(int[][]::new);
    this.perBatch = batchSize / perClass;
    this.perClass = perClass;
    this.withReplacement = withReplacement;
    this.seed = seed;
    if (classes.size() < perBatch && !withReplacement) {
      throw InputException.of(
          "batch_size",
          batchSize,
          "the recipe",
          "be at most samples_per_class (%d) times the classes to train on (%d, without those held out)"
              .formatted(perClass, classes.size()),
          "set it to " + perClass * classes.size() + " or raise samples_per_class");
    }
  }

  /** Returns the images of a step, grouped by class. */
  int[] batch(long step) {
    CounterRng rng = CounterRng.of(seed, "sampler", step);
    return withReplacement ? drawn(rng) : dealt(rng);
  }

  private int[] drawn(CounterRng rng) {
    int[] batch = new int[perBatch * perClass];
    for (int c = 0; c < perBatch; c++) {
      int[] images = classes[rng.nextInt(classes.length)];
      for (int i = 0; i < perClass; i++) {
        batch[c * perClass + i] = images[rng.nextInt(images.length)];
      }
    }
    return batch;
  }

  private int[] dealt(CounterRng rng) {
    int[] order = new int[classes.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    rng.shuffle(order);
    int[] batch = new int[perBatch * perClass];
    for (int c = 0; c < perBatch; c++) {
      int[] images = classes[order[c]].clone();
      rng.shuffle(images);
      for (int i = 0; i < perClass; i++) {
        batch[c * perClass + i] = images[i % images.length];
      }
    }
    return batch;
  }
}
