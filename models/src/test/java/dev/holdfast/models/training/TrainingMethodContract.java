package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.engine.ModelLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every training method has to keep. */
@Tag("native")
interface TrainingMethodContract {

  /** Returns the method under test. */
  TrainingMethod method();

  /** Returns what makes adversarial images for it. */
  AdversarialExampleMaker attack();

  private static Blobs images() {
    return new Blobs(20, 12, 5);
  }

  /** Thrown in the middle of an epoch. */
  @SuppressWarnings("serial")
  final class Interruption extends RuntimeException {}

  /** Returns every file below a folder with its bytes as text. */
  static Map<String, String> files(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      Map<String, String> contents = new TreeMap<>();
      for (Path p : all.filter(Files::isRegularFile).toList()) {
        contents.put(
            folder.relativize(p).toString().replace('\\', '/'),
            Files.readString(p, java.nio.charset.StandardCharsets.ISO_8859_1));
      }
      return contents;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Recipe recipe() {
    return Blobs.recipe(method(), 5, 0.01);
  }

  @Test
  default void learns_to_retrieve_classes_that_it_never_saw(@TempDir Path dir) {
    Trainer.run(recipe(), images(), dir.resolve("out"), 3, false, attack(), Progress.NONE);
    List<TrainingLog.Row> rows =
        TrainingLog.parse(files(dir.resolve("out")).get("training.csv")).rows();
    assertThat(rows).hasSize(5);
    assertThat(rows.get(4).loss()).isLessThan(0.8 * rows.get(0).loss());
    // Of 47 other images 11 are relevant: chance is 0.23.
    assertThat(rows.get(4).validationRecallAt1()).isBetween(0.6, 1.0);
    assertThat(rows.get(4).step()).isEqualTo(50);
  }

  @Test
  default void leaves_a_directory_that_opens_as_a_model(@TempDir Path dir) {
    Path out = dir.resolve("out");
    Trainer.run(recipe(), images(), out, 3, false, attack(), Progress.NONE);
    assertThat(files(out)).containsKeys("model.yaml", "weights.safetensors", "recipe.yaml");
    assertThat(Recipe.read(out.resolve("recipe.yaml"))).isEqualTo(recipe().withSeed(3));
    float[] pixels = new float[2 * 3 * Blobs.SIDE * Blobs.SIDE];
    images().pixels(0, pixels, 0);
    images().pixels(20, pixels, pixels.length / 2);
    try (EmbeddingModel model = ModelLoader.open(out, Device.cpu());
        NDManager manager = model.manager().newSubManager()) {
      assertThat(model.card()).isEqualTo(recipe().card());
      NDArray input = manager.create(pixels, new Shape(2, 3, Blobs.SIDE, Blobs.SIDE));
      float[] embeddings = model.embed(input).toFloatArray();
      double square = 0;
      for (int i = 0; i < 16; i++) {
        square += embeddings[i] * (double) embeddings[i];
      }
      assertThat(square).isBetween(1 - 1e-5, 1 + 1e-5);
      assertThat(model.embed(input).toFloatArray()).isEqualTo(embeddings);
    }
  }

  @Test
  default void an_interrupted_run_ends_with_the_bits_of_a_straight_one(@TempDir Path dir) {
    Trainer.run(recipe(), images(), dir.resolve("straight"), 3, false, attack(), Progress.NONE);
    for (long stop : new long[] {4, 10, 27}) {
      assertThatThrownBy(
              () ->
                  Trainer.run(
                      recipe(),
                      images(),
                      dir.resolve("parts"),
                      3,
                      false,
                      attack(),
                      (task, done, total) -> {
                        if (done == stop) {
                          throw new Interruption();
                        }
                      }))
          .isInstanceOf(Interruption.class);
      assertThat(files(dir.resolve("parts"))).doesNotContainKey("model.yaml");
    }
    long[] first = {0};
    Trainer.run(
        recipe(),
        images(),
        dir.resolve("parts"),
        3,
        false,
        attack(),
        (task, done, total) -> first[0] = first[0] == 0 ? done : first[0]);
    assertThat(first[0]).as("the first step of the last part").isEqualTo(21);
    assertThat(files(dir.resolve("parts"))).isEqualTo(files(dir.resolve("straight")));
  }

  @Test
  default void the_seed_decides_the_weights(@TempDir Path dir) {
    Recipe brief = Blobs.recipe(method(), 1, 0.01);
    for (long seed : new long[] {1, 2}) {
      Trainer.run(
          brief, images(), dir.resolve("seed" + seed), seed, false, attack(), Progress.NONE);
    }
    Trainer.run(brief, images(), dir.resolve("again"), 1, false, attack(), Progress.NONE);
    String one = files(dir.resolve("seed1")).get("weights.safetensors");
    assertThat(files(dir.resolve("again")).get("weights.safetensors")).isEqualTo(one);
    assertThat(files(dir.resolve("seed2")).get("weights.safetensors")).isNotEqualTo(one);
  }
}
