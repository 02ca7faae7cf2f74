package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.holdfast.models.backbone.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every case of the golden file: the loss, and its gradient for embeddings and parameters. */
@Tag("golden")
@Tag("native")
class LossGoldenTest {

  private static final double RELATIVE_LOSS = 5e-6;
  private static final float GRADIENT = 5e-6f;
  private static final float GRADIENT_OF_PROXY_ANCHOR = 2e-5f;
  private static final String RAW = "__raw";

  private static Path folder() throws URISyntaxException {
    String root = System.getProperty("holdfast.golden", "");
    return root.isEmpty()
        ? Path.of(LossGoldenTest.class.getResource("/golden/losses").toURI())
        : Path.of(root, "losses");
  }

  /**
   * What a case stands for.
   *
   * @param parameter name of the loss's own parameter; null if it has none
   * @param stored name of the array that it is stored in
   * @param transposed whether the stored array has classes in columns
   */
  private record Case(MetricLoss loss, String parameter, String stored, boolean transposed) {
    static Case plain(MetricLoss loss) {
      return new Case(loss, null, null, false);
    }

    static Case proxies(MetricLoss loss) {
      return new Case(loss, "proxies", "proxies", false);
    }

    static Case prototypes(MetricLoss loss, String stored) {
      return new Case(loss, "prototypes", stored, true);
    }
  }

  /** Parameters that a case does not repeat are those of the case that it varies. */
  private static Case of(String name, JsonNode params) {
    boolean normalize = !name.contains("no_inner_norm");
    return switch (name) {
      case "multi_similarity", "multi_similarity_miner" ->
          Case.plain(
              new MultiSimilarity(
                  number(params, "alpha"),
                  number(params, "beta"),
                  number(params, "base"),
                  params.has("epsilon"),
                  number(params, "epsilon"),
                  false));
      case "contrastive", "contrastive_no_inner_norm" ->
          Case.plain(
              new Contrastive(
                  number(params, "pos_margin"), number(params, "neg_margin"), null, normalize));
      case "triplet_margin",
          "triplet_margin_no_inner_norm",
          "triplet_margin_mean_all",
          "triplet_margin_squared" ->
          Case.plain(
              new Triplet(
                  number(params, "margin"),
                  name.endsWith("squared"),
                  name.endsWith("mean_all"),
                  null,
                  normalize));
      case "arcface" ->
          Case.prototypes(new ArcFace(number(params, "s"), number(params, "m_rad"), false), "W");
      case "arcface_obtuse" ->
          Case.prototypes(
              new ArcFace(number(params, "s"), number(params, "m_rad"), false), "W_obtuse");
      case "normalized_softmax" ->
          Case.prototypes(new NormalizedSoftmax(number(params, "temperature")), "W");
      case "proxy_anchor" ->
          Case.proxies(new ProxyAnchor(number(params, "alpha"), number(params, "delta")));
      case "proxy_nca_pml", "proxy_nca_pml_scale8" ->
          Case.proxies(new ProxyNca(number(params, "softmax_scale"), false));
      case "proxy_nca_original" -> {
        String factor = params.path("scale").asString().replaceAll(".*squared distances x", "");
        yield Case.proxies(new ProxyNca(Double.parseDouble(factor), true));
      }
      case "lifted_structure", "generalized_lifted_structure" ->
          Case.plain(
              new LiftedStructure(
                  number(params, "pos_margin"),
                  number(params, "neg_margin"),
                  name.startsWith("generalized")));
      case "binomial_deviance_own" ->
          Case.plain(
              new BinomialDeviance(
                  number(params, "alpha"), number(params, "beta"), number(params, "c_neg")));
      default -> throw new AssertionError("The golden file has a new case: " + name);
    };
  }

  private static Double number(JsonNode params, String key) {
    return params.has(key) ? params.path(key).asDouble() : null;
  }

  @Test
  void losses_and_gradients_equal_the_golden_values() throws IOException, URISyntaxException {
    JsonNode cases =
        new JsonMapper()
            .readTree(Files.readAllBytes(folder().resolve("expected.json")))
            .path("cases");
    Collection<String> names = cases.propertyNames();
    assertThat(names).isNotEmpty();

    List<String> compared = new ArrayList<>();
    List<String> arraysCompared = new ArrayList<>();
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
        InputStream in = Files.newInputStream(folder().resolve("losses.npz"))) {
      NDList arrays = NDList.decode(manager, in);
      long[] labels = arrays.get("labels").toLongArray();
      for (String name : names) {
        JsonNode values = cases.path(name);
        Case golden = of(name.replace(RAW, ""), values.path("params"));
        // The stored gradients go through the normalization, as those of the loss do.
        NDArray input = arrays.get(values.path("input").asString());
        Map<String, float[]> gradients = new LinkedHashMap<>();
        double loss = evaluate(golden, input, labels, arrays, gradients);
        double wanted = values.path("loss").asDouble();
        assertThat(loss).as(name).isCloseTo(wanted, within(RELATIVE_LOSS * Math.abs(wanted)));
        float tolerance = name.startsWith("proxy_anchor") ? GRADIENT_OF_PROXY_ANCHOR : GRADIENT;
        gradients.forEach(
            (array, gradient) -> {
              String stored = name + ".grad_" + array;
              assertThat(gradient)
                  .as(stored)
                  .containsExactly(arrays.get(stored).toFloatArray(), within(tolerance));
              arraysCompared.add(stored);
            });
        compared.add(name);
      }
      assertThat(compared).containsExactlyElementsOf(names);
      assertThat(arraysCompared)
          .containsExactlyInAnyOrderElementsOf(
              arrays.stream().map(NDArray::getName).filter(n -> n.contains(".grad_")).toList());
    }
    System.out.printf(
        "golden losses: %d cases, %d gradients%n", compared.size(), arraysCompared.size());
  }

  private static double evaluate(
      Case golden, NDArray input, long[] labels, NDList arrays, Map<String, float[]> gradients) {
    try (NDManager manager = input.getManager().newSubManager()) {
      NDArray embeddings = manager.create(input.toFloatArray(), input.getShape());
      embeddings.setRequiresGradient(true);
      Weights stored = new Weights(manager);
      long[] classes = LongStream.of(labels).distinct().sorted().toArray();
      if (golden.parameter() != null) {
        NDArray rows = arrays.get(golden.stored());
        rows = golden.transposed() ? rows.transpose() : rows;
        stored.put(LossState.PREFIX + golden.parameter(), rows.toFloatArray(), rows.getShape());
        // Labels are row numbers, and a class may have no sample.
        classes = LongStream.range(0, rows.getShape().get(0)).toArray();
      }
      Weights parameters = stored.leaves(manager);
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray loss =
            golden.loss().loss(embeddings, labels, LossState.of(parameters, classes, null, 0, 0));
        collector.backward(loss);
        gradients.put("embeddings", embeddings.getGradient().toFloatArray());
        if (golden.parameter() != null) {
          NDArray gradient = parameters.get(LossState.PREFIX + golden.parameter()).getGradient();
          gradients.put(
              golden.transposed() ? "W" : "proxies",
              (golden.transposed() ? gradient.transpose() : gradient).toFloatArray());
        }
        return loss.getFloat();
      }
    }
  }
}
