package dev.holdfast.models.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.card.ModelCard;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("native")
@ExtendWith(LiveArrays.class)
class NetworkModelTest {

  private static final Shape IMAGE = new Shape(3, 4, 5);
  private static final ModelCard.Normalization NONE = ModelCard.Normalization.none();
  private static final ModelCard.Normalization SHIFTED =
      new ModelCard.Normalization(List.of(0.5, 0.25, 0.125), List.of(0.5, 2.0, 0.1));
  private static final ModelCard PLAIN = ToyEmbedder.card(IMAGE, 6, Distance.EUCLIDEAN);

  private static ModelCard card(
      boolean normalize, ModelCard.Normalization normalization, String color) {
    return ToyEmbedder.card(IMAGE, 6, Distance.EUCLIDEAN, normalize, normalization, color);
  }

  @Test
  void a_linear_network_gives_products_and_a_constant_gradient() {
    try (ToyEmbedder toy = ToyEmbedder.linear(PLAIN, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 3, 2, manager);
      float[] x = pixels.toFloatArray();
      float[] y = toy.model().embed(pixels).toFloatArray();
      InputGradient g = toy.model().gradient(pixels, e -> e.sum(new int[] {1}));
      float[] gradient = g.gradient().toFloatArray();
      float[] loss = g.loss().toFloatArray();
      int length = x.length / 3;
      for (int i = 0; i < 3; i++) {
        double sum = 0;
        for (int d = 0; d < 6; d++) {
          double expected = 0;
          for (int p = 0; p < length; p++) {
            expected += toy.weights()[d][p] * x[i * length + p];
          }
          sum += expected;
          assertThat((double) y[i * 6 + d]).isCloseTo(expected, within(1e-4));
        }
        assertThat((double) loss[i]).isCloseTo(sum, within(1e-4));
        for (int p = 0; p < length; p++) {
          double expected = 0;
          for (double[] row : toy.weights()) {
            expected += row[p];
          }
          assertThat((double) gradient[i * length + p]).isCloseTo(expected, within(1e-5));
        }
      }
    }
  }

  @Test
  void the_gradient_of_a_quadratic_network_is_that_of_the_formula() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(PLAIN, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      float[] x = pixels.toFloatArray();
      float[] gradient =
          toy.model().gradient(pixels, e -> e.sum(new int[] {1})).gradient().toFloatArray();
      for (int i = 0; i < x.length; i++) {
        double expected = 0;
        for (double[] row : toy.weights()) {
          expected += 2 * row[i % row.length] * x[i];
        }
        assertThat((double) gradient[i]).isCloseTo(expected, within(1e-5));
      }
    }
  }

  @Test
  void normalization_is_inside() {
    try (ToyEmbedder bare = ToyEmbedder.linear(PLAIN, 1);
        ToyEmbedder wrapped = ToyEmbedder.linear(card(false, SHIFTED, null), 1);
        NDManager manager = bare.model().manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      NDArray mean = manager.create(new float[] {0.5f, 0.25f, 0.125f}, new Shape(1, 3, 1, 1));
      NDArray std = manager.create(new float[] {0.5f, 2f, 0.1f}, new Shape(1, 3, 1, 1));
      assertThat(wrapped.model().embed(pixels).toFloatArray())
          .isEqualTo(bare.model().embed(pixels.sub(mean).div(std)).toFloatArray());
      float[] inner = gradient(bare.model(), pixels.sub(mean).div(std));
      assertThat(inner[0]).isNotZero();
      float[] outer = gradient(wrapped.model(), pixels);
      double[] stds = {0.5, 2, 0.1};
      for (int i = 0; i < inner.length; i++) {
        assertThat((double) outer[i])
            .as("chain rule at %d", i)
            .isCloseTo(inner[i] / stds[i / 20 % 3], within(1e-4));
      }
    }
  }

  private static ModelCard levels(ModelCard.Normalization normalization, String color) {
    ModelCard.Input input =
        new ModelCard.Input(4, 5, color, null, null, null, null, null, null, "0..255");
    return new ModelCard(1, "toy", "none.pt", null, input, normalization, PLAIN.embedding());
  }

  @Test
  void a_network_that_wants_levels_gets_them_and_budgets_stay_in_0_to_1() {
    ModelCard.Normalization caffe =
        new ModelCard.Normalization(List.of(103.939, 116.779, 123.68), List.of(1.0, 2.0, 4.0));
    try (ToyEmbedder bare = ToyEmbedder.linear(PLAIN, 1);
        ToyEmbedder levels = ToyEmbedder.linear(levels(caffe, "bgr"), 1);
        NDManager manager = bare.model().manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      NDArray mean = manager.create(new float[] {103.939f, 116.779f, 123.68f}, shape1());
      NDArray std = manager.create(new float[] {1, 2, 4}, shape1());
      NDArray wanted = pixels.flip(1).mul(255).sub(mean).div(std);
      assertThat(levels.model().embed(pixels).toFloatArray())
          .isEqualTo(bare.model().embed(wanted).toFloatArray());
      float[] inner =
          bare.model()
              .gradient(wanted, e -> e.sum(new int[] {1}))
              .gradient()
              .div(std)
              .mul(255)
              .flip(1)
              .toFloatArray();
      assertThat(gradient(levels.model(), pixels)).containsExactly(inner, offset(1e-3f));
    }
  }

  private static Shape shape1() {
    return new Shape(1, 3, 1, 1);
  }

  @Test
  void levels_of_8_bits_come_out_as_whole_numbers() {
    ModelCard card = levels(NONE, "rgb");
    try (EmbeddingModel model =
            ToyEmbedder.of(card, x -> x.reshape(x.getShape().get(0), 60).get(":, :6"));
        NDManager manager = model.manager().newSubManager()) {
      float[] pixels = new float[43 * 60];
      for (int i = 0; i < 43 * 6; i++) {
        pixels[i / 6 * 60 + i % 6] = Math.min(255, i) / 255f;
      }
      float[] given = model.embed(manager.create(pixels, new Shape(43, 3, 4, 5))).toFloatArray();
      for (int i = 0; i < given.length; i++) {
        assertThat(given[i]).isEqualTo(Math.min(255, i));
      }
    }
  }

  @Test
  void bgr_is_rgb_with_its_channels_turned_round() {
    try (ToyEmbedder rgb = ToyEmbedder.linear(card(false, SHIFTED, "rgb"), 1);
        ToyEmbedder bgr = ToyEmbedder.linear(card(false, SHIFTED, "bgr"), 1);
        NDManager manager = rgb.model().manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      float[] expected = rgb.model().embed(pixels.flip(1)).toFloatArray();
      assertThat(bgr.model().embed(pixels).toFloatArray())
          .isEqualTo(expected)
          .isNotEqualTo(rgb.model().embed(pixels).toFloatArray());
      NDArray turned =
          rgb.model().gradient(pixels.flip(1), e -> e.sum(new int[] {1})).gradient().flip(1);
      assertThat(gradient(bgr.model(), pixels))
          .isEqualTo(turned.toFloatArray())
          .isNotEqualTo(gradient(rgb.model(), pixels));
    }
  }

  @Test
  void normalized_embeddings_have_length_1_at_any_scale() {
    ModelCard card = card(true, NONE, null);
    for (double scale : new double[] {1e-6, 1, 1e6}) {
      try (EmbeddingModel model = scaled(card, scale);
          EmbeddingModel reference = scaled(card, 1);
          NDManager manager = model.manager().newSubManager()) {
        NDArray pixels = ToyEmbedder.images(card, 2, 2, manager);
        float[] y = model.embed(pixels).toFloatArray();
        for (int i = 0; i < 2; i++) {
          double squares = 0;
          for (int d = 0; d < 6; d++) {
            squares += (double) y[i * 6 + d] * y[i * 6 + d];
          }
          assertThat(Math.sqrt(squares)).isCloseTo(1, within(1e-6));
        }
        assertThat(y).containsExactly(reference.embed(pixels).toFloatArray(), offset(1e-6f));
        float[] gradient = model.gradient(pixels, e -> e.get(":, 0")).gradient().toFloatArray();
        float[] expected = reference.gradient(pixels, e -> e.get(":, 0")).gradient().toFloatArray();
        assertThat(expected[0]).isNotZero();
        assertThat(gradient).containsExactly(expected, offset(1e-5f));
      }
    }
  }

  private static org.assertj.core.data.Offset<Float> offset(float value) {
    return org.assertj.core.data.Offset.offset(value);
  }

  private static EmbeddingModel scaled(ModelCard card, double scale) {
    return ToyEmbedder.of(
        card,
        x -> x.reshape(x.getShape().get(0), 6, 10).square().sum(new int[] {2}).mul((float) scale));
  }

  @Test
  void a_zero_embedding_stays_zero_with_a_finite_gradient() {
    ModelCard card = card(true, NONE, null);
    try (EmbeddingModel model = scaled(card, 0);
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(card, 2, 2, manager);
      assertThat(model.embed(pixels).toFloatArray()).containsOnly(0f);
      assertThat(gradient(model, pixels)).containsOnly(0f);
    }
  }

  @Test
  void the_gradient_is_zero_where_the_network_lets_none_through() {
    try (EmbeddingModel model = ToyEmbedder.constant(PLAIN);
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      assertThat(gradient(model, pixels)).hasSize(120).containsOnly(0f);
    }
  }

  @Test
  void not_a_number_comes_through() {
    try (EmbeddingModel model = ToyEmbedder.nan(PLAIN);
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      assertThat(model.embed(pixels).toFloatArray()).hasSize(12).containsOnly(Float.NaN);
      assertThat(gradient(model, pixels)).containsOnly(Float.NaN);
    }
  }

  @Test
  void four_dimensions_of_pooled_features_are_flattened() {
    try (EmbeddingModel flat = scaled(PLAIN, 1);
        EmbeddingModel pooled =
            ToyEmbedder.of(
                PLAIN,
                x ->
                    x.reshape(x.getShape().get(0), 6, 10)
                        .square()
                        .sum(new int[] {2})
                        .reshape(-1, 6, 1, 1));
        NDManager manager = flat.manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      assertThat(pooled.embed(pixels).toFloatArray()).isEqualTo(flat.embed(pixels).toFloatArray());
    }
  }

  @Test
  void another_dimension_is_refused_with_the_right_one() {
    try (EmbeddingModel model = ToyEmbedder.of(PLAIN, x -> x.reshape(x.getShape().get(0), 60));
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      assertThatThrownBy(() -> model.embed(pixels))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("output shape ((2, 60)) of the model toy must be (2, 6)")
          .hasMessageContaining("dimension: 60");
    }
  }

  @Test
  void an_unpooled_network_is_refused() {
    try (EmbeddingModel model = ToyEmbedder.of(PLAIN, x -> x);
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      assertThatThrownBy(() -> model.gradient(pixels, e -> e.sum(new int[] {1})))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("pooling or flattening");
    }
  }

  @Test
  void an_error_of_the_network_names_the_model_and_leaves_it_usable() {
    boolean[] broken = {true};
    try (EmbeddingModel model =
            ToyEmbedder.of(
                PLAIN,
                x -> {
                  if (broken[0]) {
                    throw new EngineException("at line 7\nRuntimeError: no luck today");
                  }
                  return x.reshape(x.getShape().get(0), 6, 10).sum(new int[] {2});
                });
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 2, 2, manager);
      assertThatThrownBy(() -> gradient(model, pixels))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("The model (toy) must accept a batch of (2, 3, 4, 5).")
          .hasMessageContaining("RuntimeError: no luck today");
      broken[0] = false;
      assertThat(gradient(model, pixels)).containsOnly(1f);
    }
  }

  @Test
  void a_sample_does_not_depend_on_its_batch() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(card(true, SHIFTED, null), 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 4, 2, manager);
      float[] all = gradient(toy.model(), pixels);
      float[] last = gradient(toy.model(), pixels.get("3:4"));
      assertThat(last[0]).isNotZero();
      assertThat(last).isEqualTo(java.util.Arrays.copyOfRange(all, 180, 240));
    }
  }

  @Test
  void neither_call_touches_the_pixels_or_leaves_arrays_behind() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(card(true, SHIFTED, "bgr"), 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      NDArray pixels = ToyEmbedder.images(PLAIN, 4, 2, manager);
      float[] before = pixels.toFloatArray();
      int arrays = LiveArrays.count();
      NDArray embeddings = toy.model().embed(pixels);
      assertThat(LiveArrays.count()).as("one array of embeddings").isEqualTo(arrays + 1);
      assertThat(embeddings.getManager()).isSameAs(manager);
      try (InputGradient g = toy.model().gradient(pixels, e -> e.sum(new int[] {1}))) {
        assertThat(g.gradient().getManager()).isSameAs(manager);
        assertThat(LiveArrays.count()).as("loss and gradient").isEqualTo(arrays + 3);
      }
      assertThat(LiveArrays.count()).isEqualTo(arrays + 1);
      assertThat(pixels.toFloatArray()).isEqualTo(before);
      assertThat(pixels.hasGradient()).isFalse();
    }
  }

  private static float[] gradient(EmbeddingModel model, NDArray pixels) {
    try (InputGradient g = model.gradient(pixels, e -> e.sum(new int[] {1}))) {
      return g.gradient().toFloatArray();
    }
  }
}
