package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds for every attack that climbs an objective along its gradient. */
interface AscentContract extends ClimbContract {

  /** Tells whether it takes one step only, which is no way along a curve. */
  default boolean oneStep() {
    return false;
  }

  @Test
  default void reaches_the_corner_of_the_box_on_a_linear_model() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      Scene scene = new Scene(toy.model()).linear().norm(Norm.LINF, 0.03);
      float[] clean = scene.clean();
      float[] images = scene.run(fromCleanToTheEdge());
      for (int i = 0; i < images.length; i++) {
        double gradient = toy.weights()[0][i % scene.pixels()];
        double best = Math.min(1, Math.max(0, clean[i] + 0.03 * Math.signum(gradient)));
        assertThat((double) images[i]).isCloseTo(best, within(1e-6));
      }
    }
  }

  @Test
  default void reaches_the_edge_of_the_ball_on_a_linear_model() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      // Gray images: [0,1] is out of reach.
      Scene scene = new Scene(toy.model()).linear().gray().norm(Norm.L2, 0.3);
      float[] images = scene.run(fromCleanToTheEdge());
      double norm = 0;
      for (double w : toy.weights()[0]) {
        norm += w * w;
      }
      norm = Math.sqrt(norm);
      for (int i = 0; i < images.length; i++) {
        double best = 0.5 + 0.3 * toy.weights()[0][i % scene.pixels()] / norm;
        assertThat((double) images[i]).isCloseTo(best, within(1e-6));
      }
    }
  }

  @Test
  default void a_target_far_away_is_approached_along_a_straight_line() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      for (Norm norm : norms()) {
        // So far away that the direction to it is the same all over the budget.
        float[] target = new float[12];
        for (int d = 0; d < 12; d++) {
          target[d] = (float) (1e5 * Math.cos(1 + d));
        }
        Scene scene = new Scene(toy.model()).gray().target(target).norm(norm, 0.05);
        float[] images = scene.run(fromCleanToTheEdge());
        double[] direction = new double[scene.pixels()];
        double length = 0;
        for (int p = 0; p < direction.length; p++) {
          for (int d = 0; d < 12; d++) {
            direction[p] += toy.weights()[d][p] * target[d];
          }
          length += direction[p] * direction[p];
        }
        for (int i = 0; i < images.length; i++) {
          double g = direction[i % direction.length];
          double best = norm == Norm.LINF ? Math.signum(g) : g / Math.sqrt(length);
          assertThat(images[i] - 0.5).as("%s at %d", norm, i).isCloseTo(0.05 * best, within(1e-3));
        }
      }
    }
  }

  @Test
  default void a_model_without_gradient_leaves_the_start_where_it_is() {
    for (EmbeddingModel model : List.of(ToyEmbedder.constant(CARD), ToyEmbedder.collapsed(CARD))) {
      try (model) {
        for (Norm norm : norms()) {
          Scene scene = new Scene(model).objective(new EmbeddingShift()).norm(norm, 0.05);
          float[] images = scene.check(attack());
          assertThat(images).isNotEqualTo(scene.clean());
          assertThat(scene.run(fromCleanToTheEdge())).isEqualTo(scene.start(Ball.NUDGE));
          Scene targeted = new Scene(model).objective(new SingleTarget()).norm(norm, 0.05);
          assertThat(targeted.run(fromCleanToTheEdge())).isEqualTo(targeted.clean());
        }
      }
    }
  }

  @Test
  default void holes_in_a_gradient_do_not_stop_the_rest() {
    // The square root has an infinite slope at 0; where pixels are 0 the gradient has no number.
    try (EmbeddingModel model =
        ToyEmbedder.of(
            CARD, x -> x.sqrt().reshape(x.getShape().get(0), 12, 18).sum(new int[] {2}))) {
      for (Norm norm : norms()) {
        Scene scene = new Scene(model).linear().norm(norm, 0.05);
        float[] images = scene.check(fromCleanToTheEdge());
        assertThat(images).isNotEqualTo(scene.clean());
      }
    }
  }

  @Test
  default void reaches_the_best_point_of_a_box_on_a_quadratic_model() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      // The first number is a sum of w x^2, which rises with x where w is positive.
      Scene scene = new Scene(toy.model()).linear().norm(Norm.LINF, 0.03);
      float[] clean = scene.clean();
      float[] images = scene.run(fromCleanToTheEdge());
      for (int i = 0; i < images.length; i++) {
        double slope = clean[i] == 0 ? 0 : toy.weights()[0][i % scene.pixels()];
        double best = Math.min(1, Math.max(0, clean[i] + 0.03 * Math.signum(slope)));
        // At 0 the slope is 0, though a step to either side would be one up or down.
        if (clean[i] > 0) {
          assertThat((double) images[i]).isCloseTo(best, within(1e-3));
        }
      }
    }
  }

  @Test
  default void reaches_the_best_point_of_a_ball_on_a_quadratic_model() {
    if (oneStep()) {
      return;
    }
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      double epsilon = 0.3;
      Scene scene = new Scene(toy.model()).linear().gray().norm(Norm.L2, epsilon);
      float[] images = scene.run(fromCleanToTheEdge());
      double[] best = Quadratic.best(toy.weights()[0], 0.5, epsilon);
      for (int i = 0; i < images.length; i++) {
        assertThat((double) images[i]).isCloseTo(best[i % best.length], within(1e-3));
      }
    }
  }

  /** The maximum of the sum of w x^2 in a ball around a gray image. */
  final class Quadratic {

    private Quadratic() {}

    /** Lagrange: w x = lambda (x - gray), and lambda such that the distance is the radius. */
    static double[] best(double[] weights, double gray, double radius) {
      double low = 0;
      for (double w : weights) {
        low = Math.max(low, w);
      }
      double high = 1e6;
      for (int i = 0; i < 200; i++) {
        double lambda = (low + high) / 2;
        double squares = 0;
        for (double w : weights) {
          double d = gray * w / (lambda - w);
          squares += d * d;
        }
        if (Math.sqrt(squares) > radius) {
          low = lambda;
        } else {
          high = lambda;
        }
      }
      double[] best = new double[weights.length];
      for (int i = 0; i < best.length; i++) {
        best[i] = gray + gray * weights[i] / (high - weights[i]);
      }
      return best;
    }
  }
}
