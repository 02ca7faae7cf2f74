package dev.holdfast.models.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three files with the same weights, whose last number tells whether pixels came in as usual. One
 * of them flattens its feature map in a way that the other order does not allow, and one in a way
 * that silently makes another function of it. {@code depthwise.py} wrote them.
 */
@Tag("native")
class DepthwiseNetworkTest {

  private static final int ROWS = 3;
  private static final int NUMBERS = 6;

  private static EmbeddingModel open(String name) throws URISyntaxException {
    Path folder = Path.of(DepthwiseNetworkTest.class.getResource("depthwise").toURI());
    return ModelLoader.open(folder.resolve(name + ".yaml"), Device.cpu());
  }

  private static NDArray pixels(NDManager manager) {
    CounterRng rng = CounterRng.of(3, "pixels", 0);
    float[] values = new float[ROWS * 3 * 8 * 8];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.nextDouble(0, 1);
    }
    return manager.create(values, new Shape(ROWS, 3, 8, 8));
  }

  /** Weighted so that no two numbers can change places. */
  private static InputGradient gradient(EmbeddingModel model, NDArray pixels) {
    NDArray weights = pixels.getManager().create(new float[] {1, -2, 3, 5, -7, 0});
    return model.gradient(pixels, e -> e.mul(weights).sum(new int[] {1}));
  }

  @Test
  void channels_come_last_where_that_changes_nothing() throws URISyntaxException {
    try (EmbeddingModel model = open("reshapes");
        NDManager manager = model.manager().newSubManager()) {
      assertThat(flags(model.embed(pixels(manager)))).containsOnly(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"views", "strides"})
  void a_network_that_counts_on_the_usual_order_gets_it(String name) throws URISyntaxException {
    try (EmbeddingModel model = open(name);
        NDManager manager = model.manager().newSubManager()) {
      assertThat(flags(model.embed(pixels(manager)))).containsOnly(1e-6f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"views", "strides"})
  void embeddings_and_gradients_do_not_depend_on_the_order(String name) throws URISyntaxException {
    try (EmbeddingModel last = open("reshapes");
        EmbeddingModel usual = open(name);
        NDManager ofLast = last.manager().newSubManager();
        NDManager ofUsual = usual.manager().newSubManager()) {
      float[] a = last.embed(pixels(ofLast)).toFloatArray();
      assertThat(a).hasSize(ROWS * NUMBERS);
      assertThat(a).containsExactly(usual.embed(pixels(ofUsual)).toFloatArray(), within(2e-6f));
      float[] g = gradient(last, pixels(ofLast)).gradient().toFloatArray();
      assertThat(g).hasSize(ROWS * 3 * 8 * 8);
      assertThat(g)
          .containsExactly(
              gradient(usual, pixels(ofUsual)).gradient().toFloatArray(), within(1e-6f));
    }
  }

  @Test
  void a_network_that_changes_its_input_changes_nothing_of_the_caller() throws URISyntaxException {
    try (EmbeddingModel model = open("changes");
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = pixels(manager);
      float[] before = pixels.toFloatArray();
      float[] once = model.embed(pixels).toFloatArray();
      gradient(model, pixels);
      assertThat(pixels.toFloatArray()).containsExactly(before);
      assertThat(model.embed(pixels).toFloatArray()).containsExactly(once);
      assertThat(once[0]).isEqualTo(before[0] - 0.25f);
    }
  }

  private static float[] flags(NDArray embeddings) {
    return embeddings.get(":, -1").toFloatArray();
  }
}
