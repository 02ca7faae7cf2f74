package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.training.TargetedSteps;
import dev.holdfast.models.backbone.ResNet50;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.yaml.StrictYaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Recipes that are meant for a GPU load, and run a step of few small images on the CPU. */
@Tag("native")
class PaperRecipesTest {

  private static String text(String name) throws IOException {
    String resource = "/dev/holdfast/models/recipes/paper/" + name + ".yaml";
    try (InputStream in = Recipe.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void hasTheNumbersOfThePublicCode(
      Recipe recipe, int batchSize, int stepsPerEpoch) {
    assertThat(recipe.backbone()).isEqualTo(new ResNet50(64, null));
    assertThat(recipe.batchSize()).isEqualTo(batchSize);
    assertThat(recipe.stepsPerEpoch()).isEqualTo(stepsPerEpoch);
    assertThat(recipe.epochs()).isEqualTo(125);
    assertThat(recipe.embedding().dimension()).isEqualTo(128);
    assertThat(recipe.learningRate()).isEqualTo(1e-5);
    assertThat(recipe.method().branches()).isEqualTo(3);
  }

  private static Recipe small(String name, int batchSize) throws IOException {
    return StrictYaml.parse(
        text(name)
            .replace("initial_weights: resnet50.safetensors\n", "")
            .replace("batch_size: " + batchSize, "batch_size: 8")
            .replace("height: 224, width: 224", "height: 8, width: 8"),
        name,
        Recipe.class);
  }

  @Test
  void every_recipe_has_the_numbers_of_the_public_code_and_runs_a_step() throws IOException {
    Blobs images = new Blobs(4, 2, 2);
    float[] pixels = new float[8 * 3 * 64];
    long[] labels = new long[8];
    for (int i = 0; i < 8; i++) {
      int image = i / 2 + 4 * (i % 2);
      images.pixels(image, pixels, i * 3 * 64);
      labels[i] = images.label(image);
    }
    long[] classes = LongStream.of(labels).distinct().sorted().toArray();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      // The network is the same in all of them, and takes a while to draw.
      Weights weights = InitialWeights.of(small("mdprop-cub", 64), manager);
      Adam adam = new Adam(Adam.zeros(weights, manager), 4e-4, 0);
      int number = 0;
      for (String[] row :
          new String[][] {
            {"mdprop-cub", "64", "91"}, {"mdprop-cars", "64", "125"}, {"mdprop-sop", "112", "531"}
          }) {
        int batchSize = Integer.parseInt(row[1]);
        hasTheNumbersOfThePublicCode(
            StrictYaml.parse(text(row[0]), row[0], Recipe.class),
            batchSize,
            Integer.parseInt(row[2]));
        Recipe recipe = small(row[0], batchSize);
        float[] before = weights.get("fc.weight").toFloatArray();
        try (NDManager step = manager.newSubManager()) {
          Weights leaves = weights.leaves(step);
          double loss =
              recipe
                  .method()
                  .run(
                      new TrainingStep(
                          recipe,
                          weights,
                          leaves,
                          step.create(pixels, new Shape(8, 3, 8, 8)),
                          labels,
                          classes,
                          number,
                          new TargetedSteps()));
          assertThat(loss).isFinite().isPositive();
          adam.step(weights, leaves, ++number, name -> recipe.learningRate());
        }
        assertThat(weights.get("fc.weight").toFloatArray()).isNotEqualTo(before);
      }
      for (NDArray array : weights.all().values()) {
        assertThat(array.sum().getFloat()).isFinite();
      }
    }
  }
}
