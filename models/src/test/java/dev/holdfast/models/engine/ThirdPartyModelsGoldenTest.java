package dev.holdfast.models.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.image.InputSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Value and input gradient of every model folder that has golden files, against the figures of the
 * framework it came from. Reads the folder named by {@code holdfast.models}.
 */
@Tag("golden")
@Tag("native")
class ThirdPartyModelsGoldenTest {

  private static final double TOLERANCE = 1e-4;

  /** At a ReLU kink two correct programs may take different sides. */
  private static final double KINKS = 0.001;

  private static List<Path> folders() {
    String root = System.getProperty("holdfast.models", "");
    assumeTrue(!root.isEmpty(), "holdfast.models names no folder");
    try (Stream<Path> all = Files.list(Path.of(root))) {
      return all.filter(d -> Files.exists(d.resolve("golden_in.f32"))).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void the_folder_holds_models() {
    assertThat(folders()).isNotEmpty();
  }

  @TestFactory
  Stream<DynamicTest> value_and_input_gradient_equal_the_golden_files() {
    return folders().stream()
        .map(d -> DynamicTest.dynamicTest(d.getFileName().toString(), () -> compare(d)));
  }

  private static void compare(Path folder) throws IOException {
    float[] in = read(folder.resolve("golden_in.f32"));
    float[] out = read(folder.resolve("golden_out.f32"));
    float[] grad = read(folder.resolve("golden_grad.f32"));
    try (EmbeddingModel model = ModelLoader.open(folder, Device.cpu());
        NDManager manager = model.manager().newSubManager()) {
      InputSpec spec = model.card().input().spec();
      int batch = in.length / spec.values();
      Shape shape = new Shape(batch, spec.color().channels(), spec.height(), spec.width());
      NDArray pixels = manager.create(in, shape);
      float[] before = model.embed(pixels).toFloatArray();
      assertThat(differing(before, out)).as("embedding").isZero();

      float[] weights = new float[out.length];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) Math.cos(i);
      }
      NDArray cosines = manager.create(weights, new Shape(batch, out.length / batch));
      for (int step = 0; step < 50; step++) {
        try (InputGradient g = model.gradient(pixels, e -> e.mul(cosines).sum(new int[] {1}))) {
          if (step % 49 == 0) {
            assertThat(differing(g.gradient().toFloatArray(), grad))
                .as("gradient elements that differ at step %d", step)
                .isLessThanOrEqualTo(KINKS);
          }
        }
      }
      assertThat(model.embed(pixels).toFloatArray())
          .as("embedding after 50 gradient steps, bit for bit")
          .isEqualTo(before);
    }
  }

  /** The share of elements that differ by more than the tolerance, relative to the largest. */
  private static double differing(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    for (float e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    int different = 0;
    for (int i = 0; i < actual.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= TOLERANCE * largest)) {
        different++;
      }
    }
    return (double) different / actual.length;
  }

  private static float[] read(Path file) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[buffer.remaining() / 4];
    buffer.asFloatBuffer().get(values);
    return values;
  }
}
