package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every multi-similarity case of the golden file: loss and gradient. */
@Tag("golden")
@Tag("native")
class MultiSimilarityGoldenTest {

  private static final double RELATIVE_LOSS = 5e-6;
  private static final float GRADIENT = 5e-6f;

  private static Path folder() throws URISyntaxException {
    String root = System.getProperty("holdfast.golden", "");
    return root.isEmpty()
        ? Path.of(MultiSimilarityGoldenTest.class.getResource("/golden/losses").toURI())
        : Path.of(root, "losses");
  }

  @Test
  void loss_and_gradient_equal_the_golden_values() throws IOException, URISyntaxException {
    JsonNode cases =
        new JsonMapper()
            .readTree(Files.readAllBytes(folder().resolve("expected.json")))
            .path("cases");
    List<String> expected =
        cases.propertyNames().stream().filter(n -> n.startsWith("multi_similarity")).toList();
    assertThat(expected).isNotEmpty();

    List<String> compared = new ArrayList<>();
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
        InputStream in = Files.newInputStream(folder().resolve("losses.npz"))) {
      NDList arrays = NDList.decode(manager, in);
      long[] labels = arrays.get("labels").toLongArray();
      for (String name : expected) {
        JsonNode values = cases.path(name);
        JsonNode params = values.path("params");
        // The stored gradients go through the normalization, as those of the loss do.
        NDArray input = arrays.get(values.path("input").asString());
        MultiSimilarity loss =
            new MultiSimilarity(
                params.path("alpha").asDouble(),
                params.path("beta").asDouble(),
                params.path("base").asDouble(),
                params.has("epsilon"),
                params.path("epsilon").asDouble(0.1));
        MetricLossContract.Slope slope =
            MetricLossContract.slope(loss, input.toFloatArray(), labels);
        double wanted = values.path("loss").asDouble();
        assertThat(slope.loss()).as(name).isCloseTo(wanted, within(RELATIVE_LOSS * wanted));
        float[] gradient = arrays.get(name + ".grad_embeddings").toFloatArray();
        assertThat(slope.gradient()).as(name).containsExactly(gradient, within(GRADIENT));
        compared.add(name);
      }
    }
    assertThat(compared).isEqualTo(expected);
  }
}
