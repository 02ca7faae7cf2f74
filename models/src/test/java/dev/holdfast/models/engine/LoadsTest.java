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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that people give as TorchScript; {@code loads.py} wrote those that PyTorch writes. */
@Tag("native")
@ExtendWith(LiveArrays.class)
class LoadsTest {

  @TempDir Path folder;

  private static byte[] read(String name) throws IOException {
    try (InputStream in = LoadsTest.class.getResourceAsStream("loads/" + name)) {
      return in.readAllBytes();
    }
  }

  private Path model(byte[] weights) throws IOException {
    Files.writeString(
        folder.resolve("model.yaml"),
        """
        schema: 1
        name: given
        weights: net.pt
        input: {height: 2, width: 2}
        normalization: none
        embedding: {dimension: 2, normalize: false, distance: euclidean}
        """);
    Files.write(folder.resolve("net.pt"), weights);
    return folder;
  }

  private void refuses(byte[] weights, String... parts) throws IOException {
    Path model = model(weights);
    assertThatThrownBy(() -> ModelLoader.open(model, Device.cpu()))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("The weights (net.pt) of the model card must ")
        .hasMessageContaining("\nMaybe ")
        .hasMessageContainingAll(parts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          state_dict.pt     | a state dict, a checkpoint | torch.jit.trace
          legacy.pt         | a pickle of torch.save     | torch.jit.trace
          exported.pt2      | torch.export               | torch.jit.trace
          newer.pt          | it is of 99                | save it again with PyTorch 2.
          newer_operator.pt | brand_new                  | save it again with PyTorch 2.
          other_library.pt  | torchvision::nms           | another library (torchvision)
          """)
  void each_kind_of_file_has_its_cause(String name, String cause, String remedy)
      throws IOException {
    refuses(read(name), cause, remedy);
  }

  @Test
  void the_words_of_the_engine_stay_as_the_cause() throws IOException {
    Path model = model(read("newer.pt"));
    assertThatThrownBy(() -> ModelLoader.open(model, Device.cpu()))
        .hasRootCauseInstanceOf(ai.djl.engine.EngineException.class);
  }

  @Test
  void files_of_other_programs_have_their_cause() throws IOException {
    byte[] header =
        "{\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
            .getBytes(StandardCharsets.UTF_8);
    byte[] safetensors = new byte[8 + header.length + 4];
    safetensors[0] = (byte) header.length;
    System.arraycopy(header, 0, safetensors, 8, header.length);
    refuses(safetensors, "safetensors");
    refuses("\b\7\22\7pytorch\32\0051.13:".getBytes(StandardCharsets.ISO_8859_1), "ONNX");
    refuses(text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "git lfs pull");
    refuses(text("\n<!DOCTYPE html>\n<html>"), "a web page");
    refuses(text("\u001f\u008b\b\0"), "gzip");
    refuses(text("\u0089HDF\r\n"), "HDF5");
    refuses(new byte[0], "empty");
    refuses(text("these are not weights"), "can load", "--verbose");
    refuses(zipped("readme.txt"), "a zip file of something else");
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] zipped(String name) throws IOException {
    var bytes = new java.io.ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(name));
    }
    return bytes.toByteArray();
  }

  @Test
  void a_file_that_is_cut_off_is_truncated() throws IOException {
    byte[] whole = read("whole.pt");
    for (int length : new int[] {whole.length - 1, whole.length / 2, 100}) {
      refuses(Arrays.copyOf(whole, length), "truncated");
    }
  }

  @Test
  void what_was_saved_on_another_device_loads() throws IOException {
    try (EmbeddingModel here = ModelLoader.open(model(read("whole.pt")), Device.cpu());
        EmbeddingModel there = ModelLoader.open(model(read("saved_on_cuda.pt")), Device.cpu());
        NDManager manager = here.manager().newSubManager()) {
      assertThat(there.embed(manager.ones(new Shape(3, 3, 2, 2))).toFloatArray())
          .hasSize(6)
          .isEqualTo(here.embed(manager.ones(new Shape(3, 3, 2, 2))).toFloatArray());
    }
  }

  @Test
  void code_that_names_another_device_is_refused() throws IOException {
    try (EmbeddingModel model = ModelLoader.open(model(read("traced_on_cuda.pt")), Device.cpu());
        NDManager manager = model.manager().newSubManager()) {
      assertThatThrownBy(() -> model.embed(manager.ones(new Shape(3, 3, 2, 2))))
          .isInstanceOf(InputException.class)
          .hasMessageContainingAll("The model (given) must run on the device", "model.cpu()");
    }
  }
}
