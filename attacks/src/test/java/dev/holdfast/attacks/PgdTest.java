package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import org.junit.jupiter.api.Test;

class PgdTest implements AscentContract {

  @Override
  public Attack attack() {
    return new Pgd(null, null, null);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new Pgd(20, null, false);
  }

  @Override
  public boolean random() {
    return true;
  }

  @Test
  void has_the_usual_defaults() {
    assertThat(new Pgd(null, null, null)).isEqualTo(new Pgd(10, "epsilon/4", true, 1, "last"));
  }

  @Test
  void the_best_iterate_is_at_least_as_good_as_the_last_one_and_so_is_the_best_of_restarts() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        var manager = toy.model().manager().newSubManager()) {
      for (Norm norm : Norm.LENGTHS) {
        Scene scene = new Scene(toy.model()).objective(new EmbeddingShift()).norm(norm, 0.5);
        try (var galleryView = scene.galleryView(manager)) {
          AttackTask task = scene.task(galleryView);
          float[] last = losses(new Pgd(6, "epsilon/2", true), task);
          float[] best = losses(new Pgd(6, "epsilon/2", true, 1, "best"), task);
          float[] twice = losses(new Pgd(6, "epsilon/2", true, 2, "last"), task);
          float[] most = losses(new Pgd(6, "epsilon/2", true, 5, "best"), task);
          boolean better = false;
          for (int i = 0; i < last.length; i++) {
            assertThat(best[i]).isGreaterThanOrEqualTo(last[i]);
            assertThat(twice[i]).isGreaterThanOrEqualTo(last[i]);
            assertThat(most[i]).isGreaterThanOrEqualTo(best[i]);
            better |= most[i] > last[i];
          }
          assertThat(better).isTrue();
        }
      }
    }
  }

  @Test
  void restarts_and_looks_at_last_iterates_are_counted() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        var manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).objective(new SingleTarget());
      try (var galleryView = scene.galleryView(manager)) {
        AttackTask task = scene.task(galleryView);
        for (Perturbed p : Attacking.run(new Pgd(4, null, true, 3, "best"), task).each()) {
          assertThat(p.steps()).isEqualTo(12);
          assertThat(p.forwards()).isEqualTo(15);
          assertThat(p.backwards()).isEqualTo(15);
          assertThat(p.losses()).hasSize(5);
        }
      }
    }
  }

  static float[] losses(Attack attack, AttackTask task) {
    try (var manager = task.model().manager().newSubManager()) {
      int[] items = java.util.stream.IntStream.range(0, task.size()).toArray();
      return task.objective()
          .bind(items, manager)
          .loss(task.model().embed(Attacking.run(attack, task).batch(task, manager)))
          .toFloatArray();
    }
  }

  @Test
  void refuses_what_makes_no_sense() {
    assertThatThrownBy(() -> new Pgd(0, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The steps (0) of attack pgd must be at least 1");
    assertThatThrownBy(() -> new Pgd(1, "0/255", null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The step_size (0/255) of attack pgd must be positive");
    assertThatThrownBy(() -> new Pgd(1, "two", null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The step_size (two) of attack pgd must");
    assertThatThrownBy(() -> new Pgd(1, null, true, 0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The restarts (0) of attack pgd must be at least 1");
    assertThatThrownBy(() -> new Pgd(1, null, true, 1, "worst"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("iterate (worst) of attack pgd must be one of last, best");
  }

  @Test
  void a_step_larger_than_the_range_of_a_pixel_is_refused_under_linf_only() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      Scene scene = new Scene(toy.model()).objective(new SingleTarget());
      assertThatThrownBy(() -> scene.norm(Norm.LINF, 0.1).run(new Pgd(1, "2", false)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("The step_size (2) of attack pgd")
          .hasMessageContaining("you meant 2/255");
      assertThat(scene.norm(Norm.L2, 0.1).run(new Pgd(1, "2", false))).isNotEmpty();
    }
  }

  @Test
  void a_random_start_fills_the_whole_budget_and_stays_where_there_is_no_gradient() {
    try (EmbeddingModel model = ToyEmbedder.constant(CARD)) {
      for (Norm norm : Norm.LENGTHS) {
        Scene scene = new Scene(model).gray().objective(new EmbeddingShift()).norm(norm, 0.05);
        float[] images = scene.run(new Pgd(10, null, true));
        assertThat(images).isEqualTo(scene.start(1));
        assertThat(scene.lengths(images))
            .allSatisfy(l -> assertThat(l).isBetween(norm == Norm.LINF ? 0.049 : 0.045, 0.05));
      }
    }
  }

  @Test
  void stops_early_where_nothing_moves() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1);
        var manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).linear().earlyExit(true);
      try (var galleryView = scene.galleryView(manager)) {
        AttackTask task = scene.task(galleryView);
        for (Perturbed result : Attacking.run(new Pgd(50, null, false), task).each()) {
          // Four steps of a quarter of the budget, perhaps one for rounding, and two that stay:
          // images are compared once their loss is the same again.
          assertThat(result.steps()).isBetween(5, 7);
        }
      }
    }
  }
}
