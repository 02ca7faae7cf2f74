package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.holdfast.models.backbone.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class AdamTest {

  private static final float[] START = {1, -2, 1e-6f};

  /** Gradients of 0.5 scale w^2, tiny in the last number, so that epsilon matters. */
  private static final float[] SCALE = {3, 0.5f, 1e-3f};

  private static float[] run(int steps, double decay, double rate) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Weights weights = new Weights(manager);
      weights.put("w", START, new Shape(3));
      weights.put("bn.running_mean", new float[] {5}, new Shape(1));
      Adam adam = new Adam(Adam.zeros(weights, manager), decay, 0);
      for (int t = 1; t <= steps; t++) {
        try (NDManager temporary = manager.newSubManager()) {
          Weights leaves = weights.leaves(temporary);
          try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            collector.backward(
                leaves.get("w").square().mul(temporary.create(SCALE)).mul(0.5).sum());
          }
          adam.step(weights, leaves, t, name -> rate);
        }
      }
      assertThat(weights.get("bn.running_mean").toFloatArray()).containsExactly(5);
      return weights.get("w").toFloatArray();
    }
  }

  @Test
  void follows_the_recurrence_of_pytorch() {
    double decay = 0.1;
    double rate = 0.05;
    float[] actual = run(30, decay, rate);
    for (int i = 0; i < START.length; i++) {
      double w = START[i];
      double m = 0;
      double v = 0;
      for (int t = 1; t <= 30; t++) {
        double g = SCALE[i] * w + decay * w;
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        double unbiasedM = m / (1 - Math.pow(0.9, t));
        double unbiasedV = v / (1 - Math.pow(0.999, t));
        w -= rate * unbiasedM / (Math.sqrt(unbiasedV) + 1e-8);
      }
      assertThat((double) actual[i]).as("weight %d", i).isCloseTo(w, within(2e-5));
    }
  }

  @Test
  void epsilon_comes_after_the_bias_correction() {
    // Gradient 1e-9: the first step is rate x 1e-9 / (1e-9 + 1e-8). Added before the correction,
    // epsilon would count 1 / sqrt(0.001) = 32 times as much.
    float moved = START[2] - run(1, 0, 1e-6)[2];
    assertThat((double) moved).isCloseTo(1e-6 / 11, within(1e-9));
  }

  @Test
  void the_first_step_is_as_long_as_the_learning_rate() {
    float[] moved = run(1, 0, 0.01);
    assertThat(moved[0]).isCloseTo(0.99f, within(1e-6f));
    assertThat(moved[1]).isCloseTo(-1.99f, within(1e-6f));
  }

  /** Takes one step with a clipped gradient and returns the moments. */
  private static float[] firstMoments(double clip) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Weights weights = new Weights(manager);
      weights.put("w", new float[] {3}, new Shape(1));
      weights.put("loss.v", new float[] {4}, new Shape(1));
      Adam adam = new Adam(Adam.zeros(weights, manager), 0.5, clip);
      Weights leaves = weights.leaves(manager);
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        collector.backward(
            leaves.get("w").square().add(leaves.get("loss.v").square()).mul(manager.create(0.5f)));
      }
      adam.step(weights, leaves, 1, name -> name.equals("w") ? 0.1 : 0);
      assertThat(weights.get("loss.v").toFloatArray()).as("rate 0").containsExactly(4);
      return new float[] {
        adam.moments().get("first.w").getFloat(0), adam.moments().get("first.loss.v").getFloat(0)
      };
    }
  }

  @Test
  void the_gradient_of_all_parameters_is_clipped_before_decay_and_rate_0_moves_nothing() {
    // The gradient (3, 4) has length 5; decay adds 0.5 x 3. One tenth of it goes into the moment.
    assertThat(firstMoments(0)[0]).isCloseTo(0.45f, within(1e-6f));
    assertThat(firstMoments(7)[0]).isCloseTo(0.45f, within(1e-6f));
    assertThat(firstMoments(1)[0]).isCloseTo(0.21f, within(1e-6f));
    assertThat(firstMoments(1)[1]).isZero();
  }
}
