package dev.holdfast.models.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Broken and deceptive models; needs the folder named by {@code holdfast.models}. */
@Tag("golden")
@Tag("native")
@ExtendWith(LiveArrays.class)
class FakeModelsTest {

  private static final int BATCH = 4;

  private Path fakes;

  @BeforeEach
  void find() {
    fakes = Path.of(System.getProperty("holdfast.models", ""), "fakes");
    assumeTrue(Files.isDirectory(fakes), "holdfast.models has no folder \"fakes\"");
  }

  private EmbeddingModel open(String name) {
    return ModelLoader.open(fakes.resolve(name), Device.cpu());
  }

  private static NDArray images(EmbeddingModel model, NDManager manager, int count) {
    return ToyEmbedder.images(model.card(), count, 5, manager);
  }

  private static float[] gradient(EmbeddingModel model, NDArray pixels) {
    try (InputGradient g = model.gradient(pixels, e -> e.get(":, 0"))) {
      return g.gradient().toFloatArray();
    }
  }

  private void refuses(String name, int count, String... parts) {
    try (EmbeddingModel model = open(name);
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = images(model, manager, count);
      assertThatThrownBy(() -> model.embed(pixels))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(name)
          .hasMessageContainingAll(parts);
      assertThatThrownBy(() -> gradient(model, pixels))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(name)
          .hasMessageContainingAll(parts);
    }
  }

  @Test
  void one_that_throws_is_quoted_without_a_native_stack() {
    refuses("throws", BATCH, "must accept a batch of (4, 3, 32, 32)", "Maybe it says why itself");
    try (EmbeddingModel model = open("throws");
        NDManager manager = model.manager().newSubManager()) {
      assertThatThrownBy(() -> model.embed(images(model, manager, BATCH)))
          .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(2));
    }
  }

  @Test
  void a_tuple_is_no_embedding() {
    refuses("tup", BATCH, "a tuple of (");
  }

  @Test
  void another_dimension_than_the_card_says() {
    refuses("wrongdim", BATCH, "(4, 50)", "(4, 64)", "dimension: 50");
  }

  @Test
  void one_that_takes_one_batch_size_only() {
    refuses("fixedbatch", BATCH, "must accept a batch of (4, 3, 32, 32)");
    try (EmbeddingModel model = open("fixedbatch");
        NDManager manager = model.manager().newSubManager()) {
      assertThat(model.embed(images(model, manager, 2)).toFloatArray()).hasSize(2 * 64);
    }
  }

  @Test
  void not_a_number_comes_through() {
    try (EmbeddingModel model = open("nans");
        NDManager manager = model.manager().newSubManager()) {
      assertThat(model.embed(images(model, manager, BATCH)).toFloatArray()).containsOnly(Float.NaN);
    }
  }

  @Test
  void not_a_number_for_bright_images_stays_with_them() {
    try (EmbeddingModel model = open("somenan");
        EmbeddingModel honest = open("honest");
        NDManager manager = model.manager().newSubManager()) {
      NDArray dark = images(model, manager, BATCH).mul(0.2);
      NDArray mixed = dark.get("0:2").concat(dark.get("2:4").mul(0).add(1));
      float[] y = model.embed(mixed).toFloatArray();
      assertThat(Arrays.copyOf(y, 128))
          .containsExactly(Arrays.copyOf(honest.embed(dark).toFloatArray(), 128), offset(1e-6f));
      assertThat(Arrays.copyOfRange(y, 128, 256)).containsOnly(Float.NaN);
    }
  }

  @Test
  void an_embedding_a_million_times_as_long_is_harmless_once_normalized() {
    try (EmbeddingModel model = open("scaled");
        EmbeddingModel honest = open("honest");
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = images(model, manager, BATCH);
      assertThat(model.embed(pixels).toFloatArray())
          .containsExactly(honest.embed(pixels).toFloatArray(), offset(1e-6f));
      float[] expected = gradient(honest, pixels);
      float largest = 0;
      for (float e : expected) {
        largest = Math.max(largest, Math.abs(e));
      }
      assertThat(largest).isPositive();
      assertThat(gradient(model, pixels)).containsExactly(expected, offset(1e-4f * largest));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"detached", "rounded", "step", "constant"})
  void where_no_gradient_comes_through_it_is_zero(String name) {
    try (EmbeddingModel model = open(name);
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = images(model, manager, BATCH);
      float[] y = model.embed(pixels).toFloatArray();
      for (float value : y) {
        assertThat(value).isFinite();
      }
      assertThat(gradient(model, pixels)).containsOnly(0f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"honest", "scaled", "batchdep", "rounded"})
  void fifty_gradients_change_nothing(String name) {
    try (EmbeddingModel model = open(name);
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = images(model, manager, BATCH);
      float[] before = model.embed(pixels).toFloatArray();
      int arrays = LiveArrays.count();
      float[] first = gradient(model, pixels);
      for (int i = 0; i < 49; i++) {
        assertThat(gradient(model, pixels)).isEqualTo(first);
      }
      assertThat(LiveArrays.count()).isEqualTo(arrays);
      assertThat(model.embed(pixels).toFloatArray()).isEqualTo(before);
    }
  }
}
