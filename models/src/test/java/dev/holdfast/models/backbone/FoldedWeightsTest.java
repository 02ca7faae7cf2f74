package dev.holdfast.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Weights whose batch norms are part of the convolutions before them. */
@Tag("native")
class FoldedWeightsTest {

  private static final double TOLERANCE = 1e-5;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** Every array drawn, so that no branch and no statistic is like another. */
  private Weights weights(Backbone backbone) {
    Weights weights = Weights.draw(backbone.arrays(3, 5), manager, CounterRng.of(1, "weights", 0));
    weights.addBranches(3, false);
    CounterRng rng = CounterRng.of(2, "norms", 0);
    for (String name : List.copyOf(weights.all().keySet())) {
      Shape shape = weights.get(name).getShape();
      if (shape.dimension() == 1 && !name.startsWith(Backbone.HEAD)) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) rng.nextDouble(0.5, 1.5);
        }
        weights.put(name, values, shape);
      }
    }
    return weights;
  }

  private NDArray images() {
    CounterRng rng = CounterRng.of(3, "images", 0);
    float[] values = new float[2 * 3 * 32 * 32];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.nextGaussian();
    }
    return manager.create(values, new Shape(2, 3, 32, 32));
  }

  private static float[] gradient(Backbone backbone, Weights weights, NDArray images, Route route) {
    NDArray leaf = images.duplicate();
    leaf.setRequiresGradient(true);
    try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      collector.backward(backbone.forward(weights, leaf, route).square().sum());
    }
    return leaf.getGradient().toFloatArray();
  }

  private static void assertClose(float[] actual, float[] expected, String what) {
    double largest = 0;
    for (float e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    assertThat(largest).as(what).isPositive();
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i]) / largest).as(what).isLessThan(TOLERANCE);
    }
  }

  @Test
  void give_the_embeddings_and_the_gradients_of_plain_ones_in_every_branch() {
    for (Backbone backbone :
        List.of(
            new ConvNet(List.of(4, 8)),
            new ResNet18(2, null),
            new ResNet20(true, null),
            new ResNet50(2, null))) {
      Weights plain = weights(backbone);
      Weights folded = plain.forEvaluation(manager);
      NDArray images = images();
      for (Branch branch : List.of(Branch.MAIN, Branch.AUX1, Branch.AUX2)) {
        Route route = Route.evaluation(branch);
        String what = backbone.id() + " " + branch;
        assertClose(
            backbone.forward(folded, images, route).toFloatArray(),
            backbone.forward(plain, images, route).toFloatArray(),
            what);
        assertClose(
            gradient(backbone, folded, images, route),
            gradient(backbone, plain, images, route),
            what);
      }
    }
  }

  @Test
  void are_those_of_their_first_pass_and_follow_when_they_are_made_anew() {
    Backbone backbone = new ConvNet(List.of(4));
    Weights plain = weights(backbone);
    NDArray images = images();
    Weights folded = plain.forEvaluation(manager);
    float[] before = backbone.forward(folded, images, Route.evaluation(Branch.MAIN)).toFloatArray();
    plain.get("stages.0.bn.running_mean").addi(1);
    assertThat(backbone.forward(folded, images, Route.evaluation(Branch.MAIN)).toFloatArray())
        .isEqualTo(before);
    assertThat(
            backbone
                .forward(plain.forEvaluation(manager), images, Route.evaluation(Branch.MAIN))
                .toFloatArray())
        .isNotEqualTo(before);
  }

  @Test
  void do_not_train() {
    Backbone backbone = new ConvNet(List.of(4));
    Weights folded = weights(backbone).forEvaluation(manager);
    Route batch = Route.all(Branch.MAIN, Route.Statistics.BATCH);
    assertThatThrownBy(() -> backbone.forward(folded, images(), batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("do not train");
  }

  @Test
  void own_what_they_made() {
    Backbone backbone = new ResNet20(true, null);
    Weights plain = weights(backbone);
    try (NDManager pass = manager.newSubManager()) {
      NDArray images = images();
      images.attach(pass);
      int before = plain.get("conv1.weight").getManager().getManagedArrays().size();
      Weights folded = plain.forEvaluation(pass);
      backbone.forward(folded, images, Route.evaluation(Branch.MAIN));
      folded.close();
      assertThat(plain.get("conv1.weight").getManager().getManagedArrays()).hasSize(before);
      assertThat(plain.get("conv1.weight").isReleased()).isFalse();
    }
  }
}
