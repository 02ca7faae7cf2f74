package dev.holdfast.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.random.CounterRng;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Networks whose weights are imported by name give what PyTorch gives. */
@Tag("golden")
@Tag("native")
class ResNetGoldenTest {

  private static final float TOLERANCE = 1e-4f;

  private static Path models(String folder) {
    String root = System.getProperty("holdfast.models", "");
    assumeTrue(!root.isEmpty() && Files.isDirectory(Path.of(root, folder)), folder);
    return Path.of(root, folder);
  }

  private static Backbone named(String name, int width) {
    if (name.startsWith("resnet18")) {
      return new ResNet18(width, null);
    }
    assertThat(name).startsWith("resnet50");
    return new ResNet50(width, null);
  }

  @Test
  void reference_networks_give_what_is_expected_of_them() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(models("reference-resnets"))) {
      files = all.filter(p -> p.toString().endsWith(".safetensors")).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    int compared = 0;
    for (Path file : files) {
      String name = file.getFileName().toString().replace(".safetensors", "");
      try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
          InputStream in = Files.newInputStream(file.resolveSibling(name + ".npz"))) {
        NDList arrays = NDList.decode(manager, in);
        Weights weights = Safetensors.read(file, manager);
        int width = (int) weights.get("conv1.weight").getShape().get(0);
        Backbone backbone = named(name, width);
        NDArray images = arrays.get("images");
        NDArray expected = arrays.get("expected");
        List<ArraySpec> specs =
            backbone.arrays((int) images.getShape().get(1), (int) expected.getShape().get(1));
        assertThat(weights.problems(specs)).isEmpty();
        assertThat(weights.all()).as("nothing more").hasSameSizeAs(specs);
        NDArray actual = backbone.forward(weights, images, Route.evaluation(Branch.MAIN));
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        assertThat(actual.toFloatArray())
            .as(name)
            .containsExactly(expected.toFloatArray(), within(TOLERANCE));
        NDArray folded =
            backbone.forward(weights.forEvaluation(manager), images, Route.evaluation(Branch.MAIN));
        assertThat(folded.toFloatArray())
            .as(name)
            .containsExactly(expected.toFloatArray(), within(TOLERANCE));
        compared++;
      }
    }
    assertThat(compared).isEqualTo(files.size());
  }

  private static float[] floats(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  @Test
  void the_resnet_20_of_cifar_gives_what_its_torchscript_gives() throws IOException {
    Path folder = models("resnet20_cifar10");
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Weights weights = Safetensors.read(folder.resolve("weights.safetensors"), manager);
      ResNet20 backbone = new ResNet20(false, null);
      List<ArraySpec> specs = backbone.arrays(3, backbone.featureChannels());
      assertThat(weights.problems(specs)).isEmpty();
      float[] expected = floats(folder.resolve("golden_out.f32"));
      int rows = expected.length / backbone.featureChannels();
      NDArray pixels =
          manager.create(floats(folder.resolve("golden_in.f32")), new Shape(rows, 3, 32, 32));
      NDArray mean = manager.create(new float[] {0.485f, 0.456f, 0.406f}, new Shape(1, 3, 1, 1));
      NDArray std = manager.create(new float[] {0.229f, 0.224f, 0.225f}, new Shape(1, 3, 1, 1));
      NDArray raw =
          backbone.forward(weights, pixels.sub(mean).div(std), Route.evaluation(Branch.MAIN));
      NDArray unit = raw.div(raw.square().sum(new int[] {1}, true).sqrt());
      assertThat(unit.toFloatArray()).containsExactly(expected, within(TOLERANCE));
    }
  }

  @Test
  void networks_of_full_width_have_the_parameters_of_torchvision() {
    assertThat(parameters(new ResNet18(null, null), 1000)).isEqualTo(11_689_512);
    assertThat(parameters(new ResNet50(null, null), 1000)).isEqualTo(25_557_032);
    assertThat(parameters(new ResNet20(false, null), 64)).isEqualTo(269_072);
  }

  private static long parameters(Backbone backbone, int dimension) {
    return backbone.arrays(3, dimension).stream()
        .filter(s -> !Weights.isBuffer(s.name()))
        .mapToLong(s -> s.shape().size())
        .sum();
  }

  @Test
  void pooling_and_auxiliary_branches_belong_to_every_network() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      for (Backbone backbone :
          List.of(
              new ConvNet(List.of(4, 8)),
              new ResNet18(2, Pooling.GAP_GMP),
              new ResNet20(true, Pooling.GAP_GMP),
              new ResNet50(2, Pooling.GAP_GMP))) {
        Weights weights =
            Weights.draw(backbone.arrays(3, 5), manager, CounterRng.of(1, "weights", 0));
        weights.addBranches(4, false);
        NDArray images = manager.ones(new Shape(2, 3, 32, 32));
        Route aux = Route.evaluation(Branch.AUX3);
        NDArray features = backbone.features(weights, images, aux);
        assertThat(features.getShape().get(1)).isEqualTo(backbone.featureChannels());
        NDArray embeddings = backbone.head(weights, features);
        assertThat(embeddings.getShape()).isEqualTo(new Shape(2, 5));
        assertThat(embeddings.toFloatArray())
            .isEqualTo(
                backbone.forward(weights, images, Route.evaluation(Branch.MAIN)).toFloatArray());
      }
    }
  }
}
