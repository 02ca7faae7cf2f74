package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks that need no gradient on models that give none. */
@Tag("native")
class BlackBoxTest {

  private static final List<Attack> ATTACKS =
      List.of(
          new Square(60, null, null),
          new Nes(3, 30, 0.05, null, null),
          new Spsa(3, 30, 0.05, null));

  @ParameterizedTest
  @ValueSource(strings = {"rounded", "step", "detached"})
  void a_model_without_a_gradient_is_attacked_all_the_same(String name) {
    RealScene scene = RealScene.open("fakes/" + name, 6);
    try (scene) {
      AttackTask task = scene.task(new SingleTarget(), Norm.LINF, 16 / 255.0);
      float[] clean = losses(scene, task, null);
      // Gradients lead nowhere.
      float[] followed = losses(scene, task, new Pgd(3, null, false));
      assertThat(followed).isEqualTo(clean);
      for (Attack attack : ATTACKS) {
        float[] searched = losses(scene, task, attack);
        int better = 0;
        for (int i = 0; i < clean.length; i++) {
          better += searched[i] > clean[i] ? 1 : 0;
        }
        assertThat(better).as("%s by %s", name, attack).isGreaterThanOrEqualTo(5);
      }
    }
  }

  /** Returns the objective at what an attack makes of the images. */
  private static float[] losses(RealScene scene, AttackTask task, Attack attack) {
    EmbeddingModel model = scene.model();
    try (var manager = model.manager().newSubManager()) {
      float[] images = new float[task.size() * task.values()];
      for (int i = 0; i < task.size() && attack == null; i++) {
        task.pixels().read(i, images, i * task.values());
      }
      images = attack == null ? images : Attacking.run(attack, task).images();
      int[] items = java.util.stream.IntStream.range(0, task.size()).toArray();
      return task.objective()
          .bind(items, manager)
          .loss(model.embed(manager.create(images, ToyEmbedder.shape(model.card(), task.size()))))
          .toFloatArray();
    }
  }
}
