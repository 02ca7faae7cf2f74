package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.holdfast.models.backbone.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class ArcFaceTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new ArcFace(null, null, null);
  }

  private static double hand(double margin, double... own) {
    double e0 = Math.exp(16 * Math.cos(Math.acos(own[0]) + margin));
    double other = Math.exp(16 * own[1]);
    return -Math.log(e0 / (e0 + other));
  }

  @Test
  void equals_the_formula_worked_out_by_hand() {
    // Prototypes (0.8, 0.6) and (0, 1): cosines of the two samples are 0.8, 0 and 0.96, 0.8.
    double expected = (hand(0.5, 0.8, 0) + hand(0.5, 0.8, 0.96)) / 2;
    assertThat(TwoClasses.loss(new ArcFace(16.0, 0.5, false), "prototypes", TwoClasses.PROTOTYPES))
        .isCloseTo(expected, within(1e-5));
  }

  @Test
  void the_legacy_form_has_no_margin_and_no_gradient_where_cosines_are_negative() {
    double expected = (hand(0, 0.8, 0) + hand(0, 0.8, 0.96)) / 2;
    assertThat(TwoClasses.loss(new ArcFace(16.0, 0.5, true), "prototypes", TwoClasses.PROTOTYPES))
        .isCloseTo(expected, within(1e-5))
        .isCloseTo(
            TwoClasses.loss(new NormalizedSoftmax(1 / 16.0), "prototypes", TwoClasses.PROTOTYPES),
            within(1e-5));
  }

  @Test
  void a_sample_that_meets_its_prototype_has_a_gradient() {
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      Weights weights = new Weights(manager);
      float[] axes = {1, 0, 0, 1};
      weights.put(LossState.PREFIX + "prototypes", axes, new Shape(2, 2));
      NDArray samples = manager.create(axes, new Shape(2, 2));
      samples.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        long[] labels = {5, 8};
        collector.backward(
            metricLoss().loss(samples, labels, LossState.of(weights, labels, null, 0, 0)));
      }
      for (float value : samples.getGradient().toFloatArray()) {
        assertThat(value).isFinite();
      }
    }
  }

  @Test
  void refuses_parameters_that_make_no_sense() {
    assertThatThrownBy(() -> new ArcFace(0.0, null, null)).hasMessageContaining("scale (0.0)");
    assertThatThrownBy(() -> new ArcFace(null, 4.0, null)).hasMessageContaining("margin (4.0)");
  }
}
