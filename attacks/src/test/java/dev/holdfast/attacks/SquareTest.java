package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.blackbox.OracleSearch;
import dev.holdfast.attacks.blackbox.SquareL2;
import dev.holdfast.attacks.blackbox.SquareLinf;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.projection.PixelGrid;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SquareTest implements ClimbContract {

  @Override
  public Attack attack() {
    return new Square(8, null, null);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new Square(300, null, true);
  }

  @Override
  public boolean random() {
    return true;
  }

  @Test
  void follows_the_schedule_of_autoattack() {
    Square square = new Square(null, null, null);
    assertThat(square).isEqualTo(new Square(5000, 0.8, false));
    int[] queries = {0, 10, 11, 50, 51, 200, 201, 500, 501, 1000, 1001, 2000, 2001, 4000, 4001};
    int[] halved = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7};
    for (int i = 0; i < queries.length; i++) {
      assertThat(square.share(queries[i])).isEqualTo(0.8 / (1 << halved[i]));
    }
    Square longer = new Square(20_000, 0.05, false);
    assertThat(longer.share(6001)).isEqualTo(0.05 / 256);
    assertThat(longer.share(8001)).isEqualTo(0.05 / 512);
    // Stretched to a tenth: what happens after 1 of 1 000 queries is what happens after 10.
    Square stretched = new Square(1000, null, true);
    assertThat(stretched.share(1)).isEqualTo(0.8);
    assertThat(stretched.share(2)).isEqualTo(0.4);
    assertThat(stretched.share(801)).isEqualTo(0.8 / 512);
  }

  @Test
  void comes_close_to_the_optimum_of_a_linear_model() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      double l1 = Arrays.stream(toy.weights()[0]).map(Math::abs).sum();
      // Gray images: [0,1] is out of reach, and the best gain is epsilon times the dual norm.
      assertThat(gain(toy, Norm.LINF, 0.05, 3000)).isGreaterThan(0.97 * 0.05 * l1);
      assertThat(gain(toy, Norm.LINF, 0.05, 3000)).isLessThanOrEqualTo(0.05 * l1 * 1.00001);
    }
  }

  @Test
  void bumps_gather_where_they_count_under_l2() {
    // The weight of a pixel: large and smooth in a part of the image, tiny elsewhere.
    PixelGrid grid = new PixelGrid(3, 20, 24);
    double[] weights = new double[grid.values()];
    double squares = 0;
    for (int channel = 0; channel < 3; channel++) {
      for (int row = 0; row < 20; row++) {
        for (int column = 0; column < 24; column++) {
          double near = Math.exp(-(Math.pow(row - 8, 2) + Math.pow(column - 15, 2)) / 18);
          int at = grid.at(channel, row, column);
          weights[at] = (column - 14.5) * near;
          squares += weights[at] * weights[at];
        }
      }
    }
    float[] clean = new float[grid.values()];
    Arrays.fill(clean, 0.5f);
    for (int seed = 0; seed < 2; seed++) {
      Square square = new Square(2000, null, null);
      PixelBudget budget = new PixelBudget(Norm.L2, 0.3);
      OracleSearch inquiry =
          new SquareL2(
              square.queries(),
              square::share,
              grid,
              budget,
              clean,
              CounterRng.of(seed, "bumps", 0));
      float[] shown = new float[clean.length];
      double best = 0;
      while (!inquiry.over()) {
        inquiry.ask(shown, 0);
        double gain = 0;
        for (int i = 0; i < shown.length; i++) {
          gain += weights[i] * (shown[i] - 0.5);
        }
        best = Math.max(best, gain);
        inquiry.tell((float) gain);
      }
      assertThat(best / (0.3 * Math.sqrt(squares))).isBetween(0.75, 1.0);
    }
  }

  /** Returns the smallest gain in the first number of the embedding, over the images. */
  private static double gain(ToyEmbedder toy, Norm norm, double epsilon, int queries) {
    Scene scene = new Scene(toy.model()).linear().gray().norm(norm, epsilon);
    float[] images = scene.check(new Square(queries, null, true));
    double least = Double.POSITIVE_INFINITY;
    for (int row = 0; row < BATCH; row++) {
      double gain = 0;
      for (int p = 0; p < scene.pixels(); p++) {
        gain += toy.weights()[0][p] * (images[row * scene.pixels() + p] - 0.5);
      }
      least = Math.min(least, gain);
    }
    return least;
  }

  @Test
  void every_value_is_at_an_edge_of_the_box() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      Scene scene = new Scene(toy.model()).norm(Norm.LINF, 0.1);
      float[] clean = scene.clean();
      float[] images = scene.run(new Square(50, null, null));
      PixelBudget budget = new PixelBudget(Norm.LINF, 0.1);
      for (int i = 0; i < images.length; i++) {
        assertThat(images[i]).isIn(budget.bound(clean[i], true), budget.bound(clean[i], false));
      }
    }
  }

  @Test
  void the_objective_never_falls_and_each_query_is_counted() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      for (Norm norm : Norm.LENGTHS) {
        Scene scene = new Scene(toy.model()).norm(norm, 0.1).rows(3);
        try (GalleryView galleryView = scene.galleryView(manager)) {
          for (Perturbed p :
              Attacking.run(new Square(120, null, null), scene.task(galleryView)).each()) {
            assertThat(p.losses()).hasSize(120).isSorted();
            assertThat(p.losses()[119]).isGreaterThan(p.losses()[0]);
            assertThat(p.forwards()).isEqualTo(120);
            assertThat(p.backwards()).isZero();
          }
        }
      }
    }
  }

  @Test
  void windows_fit_into_images_of_any_form() {
    for (int[] form : new int[][] {{1, 1, 1}, {1, 1, 7}, {3, 40, 2}, {1, 2, 31}, {3, 5, 5}}) {
      PixelGrid grid = new PixelGrid(form[0], form[1], form[2]);
      float[] clean = new float[grid.values()];
      Arrays.fill(clean, 0.5f);
      for (Norm norm : Norm.LENGTHS) {
        PixelBudget budget = new PixelBudget(norm, 0.2);
        Square square = new Square(200, 1.0, true);
        CounterRng rng = CounterRng.of(1, "windows", 0);
        OracleSearch inquiry =
            norm == Norm.LINF
                ? new SquareLinf(square.queries(), square::share, grid, budget, clean, rng)
                : new SquareL2(square.queries(), square::share, grid, budget, clean, rng);
        float[] shown = new float[clean.length];
        while (!inquiry.over()) {
          inquiry.ask(shown, 0);
          assertThat(budget.length(shown, clean)).isCloseTo(0.2, within(1e-5)).isLessThan(0.2001);
          float loss = 0;
          for (int i = 0; i < shown.length; i++) {
            loss += (i % 3 - 0.9f) * shown[i];
          }
          inquiry.tell(loss);
        }
        assertThat(inquiry.image()).isNotEqualTo(clean);
      }
    }
  }

  @Test
  void refuses_what_makes_no_sense() {
    assertThatThrownBy(() -> new Square(0, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The queries (0) of attack square must be at least 1");
    assertThatThrownBy(() -> new Square(null, 1.5, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The p (1.5) of attack square must be between");
  }
}
