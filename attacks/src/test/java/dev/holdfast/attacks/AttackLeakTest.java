package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.AttackContract.Scene;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.MultiTarget;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.LiveArrays;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("native")
@ExtendWith(LiveArrays.class)
class AttackLeakTest {

  private static final int STEPS = 300;

  @Test
  void the_number_of_live_arrays_is_the_same_at_every_step() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(AttackContract.CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      for (Norm norm : Norm.LENGTHS) {
        for (Objective objective : List.of(new MultiTarget(3), new Margin(2))) {
          Scene scene = new Scene(toy.model()).objective(objective).norm(norm, 0.05);
          try (var galleryView = scene.galleryView(manager)) {
            List<Integer> counts = new ArrayList<>();
            AttackTask task =
                Attacking.watched(
                    scene.task(galleryView),
                    loss ->
                        e -> {
                          counts.add(LiveArrays.count());
                          return loss.loss(e);
                        });
            Attacking.run(new Pgd(STEPS, null, true), task);
            assertThat(counts).hasSize(STEPS);
            // The first loss puts the gallery on the device.
            assertThat(counts.subList(1, STEPS)).containsOnly(counts.get(1));
          }
        }
      }
    }
  }
}
