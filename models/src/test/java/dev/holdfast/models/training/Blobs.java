package dev.holdfast.models.training;

import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.yaml.StrictYaml;

/**
 * Made-up images of 8 x 8 pixels: each class has a grating of its own, each image its own phase,
 * color and noise.
 *
 * @param classes number of classes
 * @param perClass images of each
 * @param seed of everything in them
 */
record Blobs(int classes, int perClass, long seed) implements TrainingImages {

  static final int SIDE = 8;

  @Override
  public int size() {
    return classes * perClass;
  }

  /** Labels are neither small nor without gaps. */
  @Override
  public long label(int index) {
    return 1000L + 7L * (index % classes);
  }

  @Override
  public void pixels(int index, float[] out, int offset) {
    CounterRng shared = CounterRng.of(seed, "blob class", label(index));
    double fx = shared.nextDouble(-2, 2);
    double fy = shared.nextDouble(-2, 2);
    CounterRng own = CounterRng.of(seed, "blob", index);
    double phase = own.nextDouble(0, 1);
    for (int c = 0; c < 3; c++) {
      double strength = own.nextDouble(0.2, 0.4);
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          double wave = Math.sin(fx * x + fy * y + phase);
          double value = 0.5 + strength * wave + 0.05 * own.nextGaussian();
          out[offset + (c * SIDE + y) * SIDE + x] = (float) Math.max(0, Math.min(1, value));
        }
      }
    }
  }

  @Override
  public String fingerprint() {
    return toString();
  }

  /** Returns a recipe for these images. */
  static Recipe recipe(TrainingMethod method, int epochs, double learningRate) {
    return recipe(method, "{type: conv-net, widths: [8, 16]}", epochs, learningRate);
  }

  /** Returns a recipe for these images and another backbone. */
  static Recipe recipe(TrainingMethod method, String backbone, int epochs, double learningRate) {
    return StrictYaml.parse(
        """
        schema: 1
        name: blobs
        method:
        %s
        backbone: %s
        embedding: {dimension: 16, normalize: true, distance: cosine}
        input: {height: 8, width: 8}
        normalization: {mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]}
        batch_size: 24
        samples_per_class: 4
        epochs: %d
        steps_per_epoch: 10
        learning_rate: %s
        warm_up_steps: 5
        schedule: cosine
        augmentation: {flip: false, crop: 0.8, color_jitter: 0.1}
        validation: {fraction: 0.2}
        """
            .formatted(
                StrictYaml.write(method).replace("---\n", "").indent(2).stripTrailing(),
                backbone,
                epochs,
                learningRate),
        "recipe.yaml",
        Recipe.class);
  }
}
