package dev.holdfast.attacks.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;
import org.junit.jupiter.api.Test;

class PixelBudgetTest {

  private static float[] image(long seed, int size, double low, double high) {
    CounterRng rng = CounterRng.of(seed, "image", 0);
    float[] image = new float[size];
    for (int i = 0; i < size; i++) {
      image[i] = (float) rng.nextDouble(low, high);
    }
    return image;
  }

  @Test
  void projection_keeps_the_budget_without_any_allowance_and_uses_it() {
    for (Norm norm : Norm.LENGTHS) {
      for (double epsilon : new double[] {1e-9, 1e-4, 0.57 / 255, 8 / 255.0, 0.3, 0.9}) {
        PixelBudget budget = new PixelBudget(norm, epsilon);
        for (int seed = 0; seed < 20; seed++) {
          float[] clean = image(seed, 300, 0, 1);
          float[] image = image(100 + seed, 300, -1, 2);
          budget.project(image, clean);
          assertThat(budget.length(image, clean)).isLessThanOrEqualTo(epsilon);
          for (float value : image) {
            assertThat(value).isBetween(0f, 1f);
          }
          if (epsilon > 1e-5) {
            assertThat(budget.length(image, clean)).isGreaterThan(0.8 * epsilon);
          }
          float[] again = image.clone();
          budget.project(again, clean);
          assertThat(again).isEqualTo(image);
        }
      }
    }
  }

  @Test
  void what_is_no_number_becomes_clean() {
    for (Norm norm : Norm.LENGTHS) {
      float[] clean = {0.3f, 0.6f};
      float[] image = {Float.NaN, 0.61f};
      new PixelBudget(norm, 0.1).project(image, clean);
      assertThat(image[0]).isEqualTo(0.3f);
      assertThat(image[1]).isCloseTo(0.61f, within(1e-6f));
    }
  }

  @Test
  void edges_of_the_box_are_as_far_out_as_floats_allow() {
    PixelBudget budget = new PixelBudget(Norm.LINF, 8 / 255.0);
    for (float clean : image(3, 1000, 0, 1)) {
      for (boolean up : new boolean[] {true, false}) {
        float edge = budget.bound(clean, up);
        float next = up ? Math.nextUp(edge) : Math.nextDown(edge);
        assertThat(Math.abs((double) edge - clean)).isLessThanOrEqualTo(8 / 255.0);
        assertThat(Math.abs((double) next - clean) > 8 / 255.0 || next < 0 || next > 1).isTrue();
      }
    }
  }

  @Test
  void random_images_fill_the_budget() {
    for (Norm norm : Norm.LENGTHS) {
      PixelBudget budget = new PixelBudget(norm, 0.2);
      float[] clean = image(5, 500, 0.4, 0.6);
      float[] all = budget.random(clean, 1, CounterRng.of(1, "r", 0));
      assertThat(budget.length(all, clean)).isBetween(0.19, 0.2);
      float[] part = budget.random(clean, 0.1, CounterRng.of(1, "r", 0));
      assertThat(budget.length(part, clean)).isBetween(0.019, 0.02);
    }
  }
}
