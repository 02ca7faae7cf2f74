package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SpsaTest implements ClimbContract {

  @Override
  public Attack attack() {
    return new Spsa(2, 2, null, null);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new Spsa(12, 20, null, null);
  }

  @Override
  public boolean random() {
    return true;
  }

  @Test
  void comes_close_to_the_corner_of_the_box_on_a_linear_model() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      double best = 0.05 * Arrays.stream(toy.weights()[0]).map(Math::abs).sum();
      Scene scene = new Scene(toy.model()).linear().gray().norm(Norm.LINF, 0.05);
      float[] images = scene.check(new Spsa(30, 128, null, null));
      for (int row = 0; row < BATCH; row++) {
        double gain = 0;
        for (int p = 0; p < scene.pixels(); p++) {
          gain += toy.weights()[0][p] * (images[row * scene.pixels() + p] - 0.5);
        }
        assertThat(gain).isBetween(0.90 * best, 1.00001 * best);
      }
    }
  }

  @Test
  void a_step_under_l2_has_the_length_that_was_asked_for() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      // The first step of Adam moves every pixel by its rate.
      Scene scene = new Scene(toy.model()).linear().gray().norm(Norm.L2, 0.3);
      assertThat(scene.lengths(scene.run(new Spsa(1, 4, null, "epsilon/3"))))
          .allSatisfy(l -> assertThat(l).isBetween(0.0999, 0.1001));
    }
  }

  @Test
  void the_direction_of_many_samples_is_that_of_the_gradient() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      // Adam's first step is along signs: at best their cosine with normal weights is sqrt(2/pi).
      assertThat(NesTest.cosine(new Spsa(1, 8000, null, "epsilon/1"), toy)).isBetween(0.75, 0.85);
    }
  }

  @Test
  void refuses_what_makes_no_sense() {
    assertThat(new Spsa(null, null, null, null)).isEqualTo(new Spsa(20, 128, 0.01, "epsilon/4"));
    assertThatThrownBy(() -> new Spsa(null, 3, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The samples (3) of attack spsa must be even");
    assertThatThrownBy(() -> new Spsa(null, null, -1.0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The delta (-1.0) of attack spsa must");
  }
}
