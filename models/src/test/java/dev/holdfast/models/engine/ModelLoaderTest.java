package dev.holdfast.models.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
@ExtendWith(LiveArrays.class)
class ModelLoaderTest {

  private static final String CARD =
      """
      schema: 1
      name: small
      weights: net.pt
      input: {height: 32, width: 32}
      normalization: none
      embedding: {dimension: 16, normalize: false, distance: euclidean}
      """;

  @TempDir Path folder;

  private static byte[] torchScript() throws IOException {
    try (InputStream in = ModelLoaderTest.class.getResourceAsStream("/golden/attacks/net.pt")) {
      return in.readAllBytes();
    }
  }

  private void refuses(Path path, String... parts) {
    assertThatThrownBy(() -> ModelLoader.open(path, Device.cpu()))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void opens_a_directory_a_card_and_a_file_with_its_card_beside_it() throws IOException {
    Files.write(folder.resolve("net.pt"), torchScript());
    Files.writeString(folder.resolve("model.yaml"), CARD);
    Files.writeString(folder.resolve("net.yaml"), CARD);
    for (Path path : new Path[] {folder, folder.resolve("model.yaml"), folder.resolve("net.pt")}) {
      try (EmbeddingModel model = ModelLoader.open(path, Device.cpu());
          NDManager manager = model.manager().newSubManager()) {
        assertThat(model.card().name()).isEqualTo("small");
        assertThat(model.sha256()).matches("[0-9a-f]{64}");
        assertThat(model.embed(manager.zeros(new Shape(2, 3, 32, 32))).getShape())
            .isEqualTo(new Shape(2, 16));
      }
    }
  }

  @Test
  void nothing_of_that_name() {
    refuses(folder.resolve("gone.pt"), "gone.pt", "misspelt");
  }

  @Test
  void a_directory_without_a_card_shows_one_to_copy() throws IOException {
    Files.write(folder.resolve("other.pt"), torchScript());
    refuses(folder, "model.yaml does not exist", "weights: other.pt", "schema: 1");
  }

  @Test
  void a_file_without_a_card_shows_one_to_copy() throws IOException {
    Path file = Files.write(folder.resolve("net.v2.pt"), torchScript());
    refuses(file, "net.v2.yaml does not exist", "weights: net.v2.pt");
  }

  @Test
  void weights_that_are_missing() throws IOException {
    Files.writeString(folder.resolve("model.yaml"), CARD);
    refuses(folder, "weights (net.pt) of model.yaml");
  }

  @Test
  void weights_that_are_a_directory() throws IOException {
    Files.writeString(folder.resolve("model.yaml"), CARD);
    Files.createDirectory(folder.resolve("net.pt"));
    refuses(folder, "weights (net.pt) of model.yaml");
  }

  @Test
  void weights_that_are_no_torch_script() throws IOException {
    Files.writeString(folder.resolve("model.yaml"), CARD);
    Files.writeString(folder.resolve("net.pt"), "these are not weights");
    refuses(folder, "weights (net.pt)", "TorchScript");
    Files.write(folder.resolve("net.pt"), new byte[0]);
    refuses(folder, "weights (net.pt)", "TorchScript");
  }

  @Test
  void torch_script_that_is_cut_off() throws IOException {
    Files.writeString(folder.resolve("model.yaml"), CARD);
    byte[] whole = torchScript();
    for (int length : new int[] {whole.length - 1, whole.length / 2, 100}) {
      Files.write(folder.resolve("net.pt"), Arrays.copyOf(whole, length));
      refuses(folder, "weights (net.pt)", "truncated");
    }
  }

  @Test
  void a_gray_card_for_a_color_network_is_the_users_mistake() throws IOException {
    Files.writeString(
        folder.resolve("model.yaml"), CARD.replace("width: 32}", "width: 32, color: gray}"));
    Files.write(folder.resolve("net.pt"), torchScript());
    try (EmbeddingModel model = ModelLoader.open(folder, Device.cpu());
        NDManager manager = model.manager().newSubManager()) {
      assertThatThrownBy(() -> model.embed(manager.zeros(new Shape(2, 1, 32, 32))))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("The model (small) must take what the card says of the input")
          .hasMessageContaining("the network wants 3 channels and gets 1");
    }
  }
}
