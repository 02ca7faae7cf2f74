package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import org.junit.jupiter.api.Test;

class ApgdTest implements AscentContract {

  @Override
  public Attack attack() {
    return new Apgd(9, null, null, null);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new Apgd(30, null, false, null);
  }

  @Override
  public boolean random() {
    return true;
  }

  @Test
  void has_the_usual_defaults() {
    assertThat(new Apgd(null, null, null, null)).isEqualTo(new Apgd(100, 0.75, true, 1));
    assertThatThrownBy(() -> new Apgd(1, 2.0, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("rho (2.0) of attack apgd must be between 0.0 and 1.0");
  }

  @Test
  void starts_at_the_edge_of_the_budget() {
    try (EmbeddingModel model = ToyEmbedder.constant(CARD)) {
      for (Norm norm : Norm.LENGTHS) {
        Scene scene = new Scene(model).gray().norm(norm, 0.05);
        assertThat(scene.lengths(scene.run(new Apgd(3, null, true, null))))
            .allSatisfy(l -> assertThat(l).isCloseTo(0.05, within(1e-6)));
      }
    }
  }

  @Test
  void restarts_find_something_at_least_as_good() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        var manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).objective(new Margin(1)).norm(Norm.LINF, 0.3);
      try (var galleryView = scene.galleryView(manager)) {
        AttackTask task = scene.task(galleryView);
        Perturbed[] once = Attacking.run(new Apgd(6, null, true, 1), task).each();
        Perturbed[] often = Attacking.run(new Apgd(6, null, true, 4), task).each();
        for (int i = 0; i < once.length; i++) {
          assertThat(once[i].forwards()).isEqualTo(7);
          assertThat(often[i].forwards()).isEqualTo(28);
        }
        float[] first = PgdTest.losses(new Apgd(6, null, true, 1), task);
        float[] best = PgdTest.losses(new Apgd(6, null, true, 4), task);
        for (int i = 0; i < first.length; i++) {
          assertThat(best[i]).isGreaterThanOrEqualTo(first[i]);
        }
      }
    }
  }
}
