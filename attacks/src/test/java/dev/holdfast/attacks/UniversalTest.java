package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UniversalTest implements LearntContract {

  @Override
  public Attack attack() {
    return new Universal(4, null, null, 3, null);
  }

  @Test
  void has_defaults() {
    assertThat(new Universal(null, null, null, null, null))
        .isEqualTo(new Universal(100, "epsilon/10", 512, 32, 0.9));
  }

  @Test
  void on_a_linear_model_it_is_the_sign_of_the_common_direction_or_that_direction() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      double length = 0;
      for (double w : toy.weights()[0]) {
        length += w * w;
      }
      for (Norm norm : Norm.LENGTHS) {
        // Gray images: [0,1] is out of reach.
        Scene scene = new Scene(toy.model()).linear().gray().norm(norm, 0.03);
        float[] images = scene.run(new Universal(15, null, null, 3, null));
        for (int i = 0; i < images.length; i++) {
          double w = toy.weights()[0][i % scene.pixels()];
          double best = norm == Norm.LINF ? Math.signum(w) : w / Math.sqrt(length);
          assertThat(images[i] - 0.5).as("%s", norm).isCloseTo(0.03 * best, within(1e-6));
        }
      }
    }
  }

  @Test
  void all_images_of_a_half_get_the_same_and_the_other_half_gets_another_one() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      for (Norm norm : Norm.LENGTHS) {
        Scene scene = new Scene(toy.model()).gray().objective(new EmbeddingShift());
        float[] images = scene.seed(9).norm(norm, 0.05).run(attack());
        Set<List<Float>> different = new HashSet<>();
        for (int row = 0; row < 4; row++) {
          List<Float> values = new ArrayList<>();
          for (float value : scene.row(images, row)) {
            values.add(value);
          }
          different.add(values);
        }
        assertThat(different).hasSize(2);
      }
    }
  }

  @Test
  void values_that_are_cut_say_nothing_about_more_of_the_same() {
    // Rises with every pixel up to 1, so that white pixels have a slope that leads nowhere.
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      Scene scene = new Scene(toy.model()).linear().norm(Norm.LINF, 1);
      float[] images = scene.run(new Universal(40, null, null, 8, null));
      int corners = 0;
      for (int i = 0; i < images.length; i++) {
        corners += images[i] == (toy.weights()[0][i % scene.pixels()] > 0 ? 1 : 0) ? 1 : 0;
      }
      assertThat(corners).isGreaterThan(images.length * 9 / 10);
    }
  }

  @Test
  void refuses_what_makes_no_sense() {
    assertThatThrownBy(() -> new Universal(0, null, null, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The steps (0) of attack universal must be at least 1");
    assertThatThrownBy(() -> new Universal(null, "two", null, null, null))
        .hasMessageContaining("The step_size (two) of attack universal must");
    assertThatThrownBy(() -> new Universal(null, null, 0, null, null))
        .hasMessageContaining("The images (0) of attack universal must be at least 1");
    assertThatThrownBy(() -> new Universal(null, null, null, 0, null))
        .hasMessageContaining("The batch (0) of attack universal must be at least 1");
    assertThatThrownBy(() -> new Universal(null, null, null, null, 1.5))
        .hasMessageContaining("The decay (1.5) of attack universal must be between");
    ThreatModel threat =
        new ThreatModel(Norm.LINF, Epsilon.parse("1/255", "x"), Side.QUERY, Knowledge.WHITE_BOX);
    assertThatThrownBy(
            () -> new Universal(null, "2/255", null, null, null).check(threat, new SingleTarget()))
        .hasMessageContaining("step_size (2/255) of attack universal must be at most the epsilon");
  }
}
