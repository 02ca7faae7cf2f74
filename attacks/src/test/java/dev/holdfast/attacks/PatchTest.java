package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatchTest implements LearntContract {

  @Override
  public Attack attack() {
    return new Patch(4, null, null, 3, null, null);
  }

  @Test
  void has_defaults() {
    assertThat(new Patch(null, null, null, null, null, null))
        .isEqualTo(new Patch(200, "8/255", 512, 32, 0.9, 0.8));
  }

  @ParameterizedTest
  @CsvSource({
    "0.25, 8, 8, 4",
    "0.2499, 8, 8, 3",
    "0.01, 96, 96, 9",
    "0.01, 100, 100, 10",
    "1, 8, 9, 8",
    "0.05, 224, 224, 50",
    "0.0001, 8, 8, 0",
    "0, 8, 8, 0",
    "0.015625, 8, 8, 1"
  })
  void is_the_largest_square_inside_the_budget(double share, int height, int width, int side) {
    assertThat(Patch.side(share, height, width)).isEqualTo(side);
  }

  @Test
  void changes_one_square_of_that_side_and_nothing_else() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      // 8 x 9 pixels: 3 x 3 of them are an eighth.
      Scene scene = new Scene(toy.model()).gray().norm(Norm.PATCH, 1 / 8.0);
      float[] images = scene.run(attack());
      Set<String> places = new HashSet<>();
      for (int item = 0; item < 4; item++) {
        float[] image = scene.row(images, item);
        int top = 99;
        int left = 99;
        int changed = 0;
        for (int pixel = 0; pixel < 72; pixel++) {
          if (image[pixel] != 0.5f || image[72 + pixel] != 0.5f || image[144 + pixel] != 0.5f) {
            top = Math.min(top, pixel / 9);
            left = Math.min(left, pixel % 9);
            changed++;
          }
        }
        assertThat(changed).isEqualTo(9);
        for (int row = top; row < top + 3; row++) {
          for (int column = left; column < left + 3; column++) {
            assertThat(image[row * 9 + column]).isNotEqualTo(0.5f);
          }
        }
        places.add(top + "/" + left);
      }
      assertThat(places).hasSizeGreaterThan(1);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.7})
  void is_black_and_white_where_only_the_sum_of_the_pixels_counts(double smallest) {
    // Every place has the same weights, so that the best patch is known.
    try (var model =
        ToyEmbedder.of(
            CARD,
            x -> {
              var rows = x.reshape(x.getShape().get(0), 3, 72).sum(new int[] {2});
              var brightness = rows.get(":, 0:2").sum(new int[] {1}, true).sub(rows.get(":, 2:"));
              return brightness.broadcast(x.getShape().get(0), 12);
            })) {
      Scene scene = new Scene(model).linear().norm(Norm.PATCH, 0.3);
      float[] images = scene.run(new Patch(40, null, null, 8, null, smallest));
      for (int item = 0; item < 4; item++) {
        float[] image = scene.row(images, item);
        int best = 0;
        for (int pixel = 0; pixel < 72; pixel++) {
          best += image[pixel] == 1 && image[72 + pixel] == 1 && image[144 + pixel] == 0 ? 1 : 0;
        }
        assertThat(best).isGreaterThanOrEqualTo(16);
      }
    }
  }

  @Test
  void a_budget_below_a_pixel_changes_nothing() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      Scene scene = new Scene(toy.model()).norm(Norm.PATCH, 1 / 73.0);
      assertThat(scene.run(attack())).isEqualTo(scene.clean());
      assertThat(Arrays.equals(scene.norm(Norm.PATCH, 1 / 72.0).run(attack()), scene.clean()))
          .isFalse();
    }
  }

  @Test
  void refuses_what_makes_no_sense() {
    assertThatThrownBy(() -> new Patch(0, null, null, null, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The steps (0) of attack patch must be at least 1");
    assertThatThrownBy(() -> new Patch(null, "0", null, null, null, null))
        .hasMessageContaining("The step_size (0) of attack patch must be positive");
    assertThatThrownBy(() -> new Patch(null, "8", null, null, null, null))
        .hasMessageContaining("The step_size (8) of attack patch must be at most 1");
    assertThatThrownBy(() -> new Patch(null, null, null, null, null, 0.0))
        .hasMessageContaining("The smallest (0.0) of attack patch must be between");
    assertThatThrownBy(() -> new Patch(null, "epsilon/4", null, null, null, null))
        .hasMessageContaining("The step_size (epsilon/4) of attack patch must be a number");
  }
}
