package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.Safetensors;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.yaml.StrictYaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class InitialWeightsTest {

  private static final Recipe RECIPE = Blobs.recipe(new Standard(), 1, 0.01);

  /** Writes the weights of a network with embeddings of another length, after a change. */
  private static Path file(Path dir, int dimension, Consumer<Weights> change) throws IOException {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Weights weights =
          Weights.draw(
              RECIPE.backbone().arrays(3, dimension), manager, CounterRng.of(77, "file", 0));
      change.accept(weights);
      Path file = dir.resolve("w" + dimension + ".safetensors");
      Files.write(file, Safetensors.encode(weights.all()));
      return file;
    }
  }

  @Test
  void arrays_are_taken_by_name_and_a_head_of_another_shape_is_drawn(@TempDir Path dir)
      throws IOException {
    Path file = file(dir, 5, w -> w.put("fc.extra", new float[1], new Shape(1)));
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Weights given = Safetensors.read(file, manager);
      Weights drawn = InitialWeights.of(RECIPE, manager);
      Weights made = InitialWeights.of(RECIPE.withInitialWeights(file.toString()), manager);
      String conv = "stages.1.conv.weight";
      assertThat(made.get(conv).toFloatArray())
          .isEqualTo(given.get(conv).toFloatArray())
          .isNotEqualTo(drawn.get(conv).toFloatArray());
      assertThat(made.get("fc.weight").toFloatArray())
          .isEqualTo(drawn.get("fc.weight").toFloatArray());
      assertThat(made.all().keySet()).isEqualTo(drawn.all().keySet());
    }
  }

  @Test
  void a_head_of_the_same_shape_is_taken_too(@TempDir Path dir) throws IOException {
    Path file = file(dir, 16, w -> {});
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      assertThat(
              InitialWeights.of(RECIPE.withInitialWeights(file.toString()), manager)
                  .get("fc.weight")
                  .toFloatArray())
          .isEqualTo(Safetensors.read(file, manager).get("fc.weight").toFloatArray());
    }
  }

  @Test
  void what_is_missing_unexpected_or_of_another_shape_is_listed(@TempDir Path dir)
      throws IOException {
    Path file =
        file(
            dir,
            16,
            w -> {
              w.put("layer9.weight", new float[2], new Shape(2));
              w.put("stages.0.conv.weight", new float[8 * 27], new Shape(4, 6, 3, 3));
            });
    Recipe wider =
        StrictYaml.parse(
            StrictYaml.write(RECIPE.withInitialWeights(file.toString()))
                .replace("- 16", "- 16\n  - 20"),
            "recipe.yaml",
            Recipe.class);
    assertThatThrownBy(
            () ->
                Trainer.run(
                    wider,
                    new Blobs(12, 8, 1),
                    dir.resolve("out"),
                    1,
                    false,
                    new StandardTest().attack(),
                    Progress.NONE))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("initial_weights")
        .hasMessageContaining("stages.2.conv.weight is missing")
        .hasMessageContaining("layer9.weight is unexpected")
        .hasMessageContaining("stages.0.conv.weight is (4, 6, 3, 3) instead of (8, 3, 3, 3)");
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void a_run_knows_its_weights_by_their_contents(@TempDir Path dir) throws IOException {
    Path file = file(dir, 5, w -> {});
    Path moved = Files.copy(file, dir.resolve("moved.safetensors"));
    Blobs images = new Blobs(12, 8, 1);
    RunIdentity one = RunIdentity.of(images, RECIPE.withInitialWeights(file.toString()), 2);
    RunIdentity other = RunIdentity.of(images, RECIPE.withInitialWeights(moved.toString()), 2);
    assertThat(one).isEqualTo(other);
    Path changed = file(dir, 7, w -> {});
    assertThat(
            one.differences(
                RunIdentity.of(images, RECIPE.withInitialWeights(changed.toString()), 2)))
        .singleElement()
        .asString()
        .startsWith("initial_weights: sha256:");
  }

  @Test
  void a_relative_file_is_beside_its_recipe(@TempDir Path dir) throws IOException {
    Files.writeString(
        dir.resolve("r.yaml"),
        "schema: 1\nname: x\nepochs: 1\ninput: {height: 8, width: 8}\ninitial_weights: w.safetensors\n");
    assertThat(Recipe.read(dir.resolve("r.yaml")).initialWeights())
        .isEqualTo(dir.resolve("w.safetensors").toString());
  }
}
