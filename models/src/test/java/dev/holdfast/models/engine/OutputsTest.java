package dev.holdfast.models.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.card.ModelCard;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What networks give back; {@code outputs.py} wrote those that Java cannot write. */
@Tag("native")
@ExtendWith(LiveArrays.class)
class OutputsTest {

  private static final Shape IMAGE = new Shape(3, 2, 2);

  private static ModelCard card(boolean normalize) {
    return ToyEmbedder.card(
        IMAGE, 12, Distance.EUCLIDEAN, normalize, ModelCard.Normalization.none(), null);
  }

  private static EmbeddingModel open(String name) throws URISyntaxException {
    Path file = Path.of(OutputsTest.class.getResource("outputs/" + name + ".pt").toURI());
    return new NetworkModel(
        card(false),
        "",
        NDManager.newBaseManager(Device.cpu(), "PyTorch"),
        TorchScriptNetwork.load(file, Device.cpu()));
  }

  private static float[] gradient(EmbeddingModel model, NDArray pixels) {
    return model.gradient(pixels, e -> e.sum(new int[] {1})).gradient().toFloatArray();
  }

  /** Sixteenths are exact in every type. */
  private static NDArray sixteenths(NDManager manager, int count) {
    return manager.arange(12f * count).reshape(count, 3, 2, 2).div(16 * count);
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT16", "FLOAT64", "INT8", "UINT8", "INT32", "INT64", "BOOLEAN"})
  void every_type_of_number_becomes_float32(DataType type) {
    try (EmbeddingModel model =
            ToyEmbedder.of(card(false), x -> x.reshape(-1, 12).mul(4).round().toType(type, false));
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = sixteenths(manager, 2);
      NDArray embeddings = model.embed(pixels);
      assertThat(embeddings.getDataType()).isEqualTo(DataType.FLOAT32);
      float[] whole = pixels.mul(4).round().toFloatArray();
      for (int i = 0; i < whole.length && type == DataType.BOOLEAN; i++) {
        whole[i] = whole[i] == 0 ? 0 : 1;
      }
      assertThat(whole).contains(0, 1);
      assertThat(embeddings.toFloatArray()).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-5, 1, 1e3})
  void lengths_are_not_those_of_16_bits(double scale) {
    try (EmbeddingModel model =
            ToyEmbedder.of(
                card(true),
                x -> x.reshape(-1, 12).mul((float) scale).toType(DataType.FLOAT16, false));
        NDManager manager = model.manager().newSubManager()) {
      float[] y = model.embed(sixteenths(manager, 1).add(1)).toFloatArray();
      double squares = 0;
      for (float value : y) {
        squares += (double) value * value;
      }
      assertThat(squares).isCloseTo(1, offset(1e-5));
    }
  }

  @Test
  void whole_numbers_have_no_gradient() {
    try (EmbeddingModel model =
            ToyEmbedder.of(
                card(false), x -> x.reshape(-1, 12).mul(9).toType(DataType.INT8, false));
        NDManager manager = model.manager().newSubManager()) {
      assertThat(gradient(model, sixteenths(manager, 1))).containsOnly(0f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"float16", "bfloat16", "float64"})
  void gradients_flow_through_every_type_of_real_number(String name) throws URISyntaxException {
    try (EmbeddingModel model = open(name);
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = sixteenths(manager, 2);
      NDArray embeddings = model.embed(pixels);
      float[] expected = pixels.sub(0.5f).toFloatArray();
      assertThat(embeddings.getDataType()).isEqualTo(DataType.FLOAT32);
      assertThat(embeddings.toFloatArray()).containsExactly(expected, offset(1 / 256f));
      assertThat(
              model.gradient(pixels, e -> e.square().sum(new int[] {1})).gradient().toFloatArray())
          .containsExactly(pixels.sub(0.5f).mul(2).toFloatArray(), offset(1 / 128f));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          complex64  | complex
          complex128 | complex
          none       | None
          word       | str
          number     | int
          words      | a tuple of (a tensor (2, 12), str)
          nested     | a tuple of (a tensor (2, 12), a tuple of (a tensor (2, 2), None))
          named      | a dict of {embedding: a tensor (2, 12), logits: a tensor (2, 2)}
          """)
  void what_is_no_embedding_is_named(String name, String named) throws URISyntaxException {
    try (EmbeddingModel model = open(name);
        NDManager manager = model.manager().newSubManager()) {
      assertThatThrownBy(() -> model.embed(sixteenths(manager, 2)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("The model (toy) must return one tensor of real numbers, N x 12")
          .hasMessageContaining("it returns " + named)
          .hasMessageContaining("Maybe wrap the network");
    }
  }

  @Test
  void a_list_of_one_tensor_is_an_embedding() throws URISyntaxException {
    try (EmbeddingModel model = open("one");
        NDManager manager = model.manager().newSubManager()) {
      assertThat(model.embed(sixteenths(manager, 2)).getShape()).isEqualTo(new Shape(2, 12));
    }
  }

  @ParameterizedTest
  @CsvSource({"view1,1", "cls,1", "view4,4"})
  void a_trace_that_holds_its_batch_is_told_apart_from_a_wrong_card(String name, int size)
      throws URISyntaxException {
    try (EmbeddingModel model = open(name);
        NDManager manager = model.manager().newSubManager()) {
      assertThatThrownBy(() -> model.embed(sixteenths(manager, 8)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("it takes %d image", size)
          .hasMessageContaining("give --batch-size %d,", size)
          .hasMessageNotContaining("dimension");
      assertThat(model.embed(sixteenths(manager, size)).getShape()).isEqualTo(new Shape(size, 12));
    }
  }

  @Test
  void a_batch_that_is_too_large_for_the_memory_is_no_trace_of_one_image() {
    try (EmbeddingModel model =
            ToyEmbedder.of(
                card(false),
                x -> {
                  if (x.getShape().get(0) > 1) {
                    throw new EngineException("CUDA out of memory. Tried to allocate 9 GiB");
                  }
                  return x.reshape(-1, 12);
                });
        NDManager manager = model.manager().newSubManager()) {
      assertThatThrownBy(() -> model.embed(sixteenths(manager, 2)))
          .isInstanceOf(InputException.class)
          .hasMessageContainingAll("fit into the memory", "give a smaller --batch-size.");
    }
  }

  @Test
  void a_network_that_changes_its_input_in_place_is_no_trace_of_one_image() {
    try (EmbeddingModel model = ToyEmbedder.of(card(false), x -> x.subi(0.5f).reshape(-1, 12));
        NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = sixteenths(manager, 2);
      assertThat(model.embed(pixels).toFloatArray()).isEqualTo(pixels.sub(0.5f).toFloatArray());
      assertThatThrownBy(() -> gradient(model, pixels))
          .isInstanceOf(InputException.class)
          .hasMessageContainingAll("leave its input as it is", "x = x.clone()");
    }
  }

  @Test
  void a_single_embedding_may_have_lost_its_batch() throws URISyntaxException {
    try (EmbeddingModel model = open("squeeze");
        NDManager manager = model.manager().newSubManager()) {
      NDArray two = sixteenths(manager, 2);
      assertThat(model.embed(two.get("0:1")).toFloatArray())
          .isEqualTo(model.embed(two).get("0:1").toFloatArray());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          two_inputs | asks for flag as well      | self.net(x, ...)
          double     | weights of the type        | model.float()
          size       | take images of 2 x 2       | input.height and input.width
          gray       | wants 1 channels and gets 3 | input.color
          """)
  void what_a_network_does_not_take_has_its_cause(String name, String cause, String remedy)
      throws URISyntaxException {
    try (EmbeddingModel model = open(name);
        NDManager manager = model.manager().newSubManager()) {
      assertThatThrownBy(() -> model.embed(sixteenths(manager, 2)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("The model (toy) must ")
          .hasMessageContainingAll(cause, remedy);
    }
  }
}
