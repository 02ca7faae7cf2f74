package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What holds for every attack that learns one thing for all images. */
interface LearntContract extends AttackContract {

  @Override
  default boolean random() {
    return true;
  }

  @Test
  default void no_image_is_attacked_with_what_it_helped_to_learn() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).objective(new SingleTarget()).norm(norms().get(0), 0.3);
      try (var galleryView = scene.galleryView(manager)) {
        AttackTask task = scene.task(galleryView, attack());
        AttackTask.AuxiliaryImages pool = task.pool();
        EmbeddingSet all = pool.clean();
        // The pool itself under attack, as where every image is a query.
        AttackTask itself =
            new AttackTask(
                task.model(),
                all,
                pool.pixels(),
                pool.aims().apply(all),
                false,
                null,
                task.norm(),
                task.epsilon(),
                task.seed(),
                task.cell(),
                task.batchSize(),
                false,
                pool);
        Perturbed[] before = Attacking.run(attack(), itself).each();
        for (int spoilt = 0; spoilt < all.size(); spoilt++) {
          int index = spoilt;
          AtomicInteger read = new AtomicInteger();
          Perturbed[] after =
              Attacking.run(
                      attack(),
                      Attacking.with(
                          itself,
                          new AttackTask.AuxiliaryImages(
                              all,
                              (item, target, offset) -> {
                                pool.pixels().read(item, target, offset);
                                if (item == index) {
                                  read.incrementAndGet();
                                  Arrays.fill(target, offset, offset + task.values(), 0.1f);
                                }
                              },
                              pool.aims())))
                  .each();
          assertThat(read.get()).isPositive();
          assertThat(after[index].image()).isEqualTo(before[index].image());
          assertThat(after[index].losses()).isEqualTo(before[index].losses());
        }
      }
    }
  }

  /** Everybody bears a share of what learning costs. */
  @Override
  @Test
  default void counts_its_work() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).objective(new SingleTarget());
      try (var galleryView = scene.galleryView(manager)) {
        AtomicInteger asked = new AtomicInteger();
        AttackTask task =
            Attacking.watched(
                scene.task(galleryView, attack()),
                loss ->
                    e -> {
                      asked.incrementAndGet();
                      return loss.loss(e);
                    });
        Map<Float, Integer> sums = new HashMap<>();
        for (Perturbed p : Attacking.run(attack(), task).each()) {
          assertThat(p.forwards()).isEqualTo(p.backwards()).isPositive();
          assertThat(p.losses()).hasSize(attack().steps());
          sums.merge(p.losses()[0], p.forwards(), Integer::sum);
        }
        // One native batch for each step of each half, three images in each.
        assertThat(asked.get()).isEqualTo(attack().steps() * sums.size());
        assertThat(sums.values())
            .allSatisfy(
                sum -> assertThat(sum).isBetween(attack().steps() * 3, attack().steps() * 3 + 3));
      }
    }
  }

  @Test
  default void the_order_of_the_pool_does_not_matter() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).objective(new SingleTarget()).norm(norms().get(0), 0.3);
      try (var galleryView = scene.galleryView(manager)) {
        AttackTask task = scene.task(galleryView, attack());
        AttackTask.AuxiliaryImages pool = task.pool();
        int[] turned = {7, 2, 4, 0, 1, 3, 6, 5};
        AttackTask.AuxiliaryImages other =
            new AttackTask.AuxiliaryImages(
                pool.clean().select(turned),
                (item, target, offset) -> pool.pixels().read(turned[item], target, offset),
                pool.aims());
        assertThat(Attacking.run(attack(), Attacking.with(task, other)).images())
            .isEqualTo(Attacking.run(attack(), task).images());
      }
    }
  }

  @Test
  default void nothing_to_learn_from_is_an_error_with_a_reason() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).objective(new SingleTarget()).norm(norms().get(0), 0.3);
      try (var galleryView = scene.galleryView(manager)) {
        AttackTask task = scene.task(galleryView, attack());
        AttackTask.AuxiliaryImages lone =
            new AttackTask.AuxiliaryImages(
                task.pool().clean().select(new int[] {0, 2, 4}),
                task.pool().pixels(),
                task.pool().aims());
        for (AttackTask.AuxiliaryImages pool : Arrays.asList(null, lone)) {
          assertThatThrownBy(() -> Attacking.run(attack(), Attacking.with(task, pool)))
              .isInstanceOf(InputException.class)
              .hasMessageContaining("to learn from")
              .hasMessageContaining("Maybe use more images.");
        }
      }
    }
  }
}
