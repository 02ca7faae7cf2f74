package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import org.junit.jupiter.api.Test;

class NesTest implements ClimbContract {

  @Override
  public Attack attack() {
    return new Nes(2, 2, null, null, null);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new Nes(12, 20, null, null, null);
  }

  @Override
  public boolean random() {
    return true;
  }

  /** Returns the cosine between the first step under l2 and the gradient of a linear model. */
  static double cosine(Attack attack, ToyEmbedder toy) {
    Scene scene = new Scene(toy.model()).linear().gray().norm(Norm.L2, 0.3);
    float[] images = scene.run(attack);
    double least = 1;
    for (int row = 0; row < BATCH; row++) {
      double dot = 0;
      double moved = 0;
      double weights = 0;
      for (int p = 0; p < scene.pixels(); p++) {
        double w = toy.weights()[0][p];
        double m = images[row * scene.pixels() + p] - 0.5;
        dot += w * m;
        moved += m * m;
        weights += w * w;
      }
      least = Math.min(least, dot / Math.sqrt(moved * weights));
    }
    return least;
  }

  @Test
  void the_direction_converges_to_the_gradient() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      // With n pairs in d dimensions the cosine is about sqrt(n / (n + d)); here d is 216.
      assertThat(cosine(new Nes(1, 20, null, "epsilon/1", 0), toy)).isBetween(0.05, 0.45);
      assertThat(cosine(new Nes(1, 400, null, "epsilon/1", 0), toy)).isBetween(0.6, 0.8);
      assertThat(cosine(new Nes(1, 8000, null, "epsilon/1", 0), toy)).isGreaterThan(0.96);
    }
  }

  @Test
  void a_coarse_grid_repeats_the_noise_inside_its_cells() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      Scene scene = new Scene(toy.model()).linear().gray().norm(Norm.L2, 0.3);
      float[] images = scene.run(new Nes(1, 4, null, "epsilon/1", 4));
      // 8 x 9 pixels in 4 x 4 cells: rows 0 and 1 are one, and so are the first three columns.
      for (int channel = 0; channel < 3; channel++) {
        int at = channel * 72;
        assertThat(images[at]).isEqualTo(images[at + 9]).isEqualTo(images[at + 2]);
        assertThat(images[at]).isNotEqualTo(images[at + 18]).isNotEqualTo(images[at + 3]);
      }
    }
  }

  @Test
  void shows_as_many_images_as_it_says_and_returns_the_best_iterate() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).linear().norm(Norm.LINF, 0.1).rows(3);
      try (GalleryView galleryView = scene.galleryView(manager)) {
        AttackTask task = scene.task(galleryView);
        Nes nes = new Nes(6, 10, null, null, null);
        Attacking.Result result = Attacking.run(nes, task);
        float[] reached = toy.model().embed(result.batch(task, manager)).get(":, 0").toFloatArray();
        for (Perturbed p : result.each()) {
          assertThat(p.forwards()).isEqualTo(6 * 11).isEqualTo(nes.cost());
          assertThat(p.steps()).isEqualTo(6);
          assertThat(p.losses()).hasSize(6);
          float best = Float.NEGATIVE_INFINITY;
          for (float loss : p.losses()) {
            best = Math.max(best, loss);
          }
          assertThat(reached[p.item()]).isEqualTo(best);
        }
      }
    }
  }

  @Test
  void refuses_what_makes_no_sense() {
    assertThat(new Nes(null, null, null, null, null))
        .isEqualTo(new Nes(32, 100, 0.01, "epsilon/4", 32));
    assertThatThrownBy(() -> new Nes(null, 3, null, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The samples (3) of attack nes must be even");
    assertThatThrownBy(() -> new Nes(null, null, 0.0, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The sigma (0.0) of attack nes must");
    assertThatThrownBy(() -> new Nes(null, null, null, null, -1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The grid (-1) of attack nes must not be negative");
  }
}
