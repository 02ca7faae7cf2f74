package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What holds for every attack that climbs an objective inside a budget, with gradients or not. */
interface ClimbContract extends AttackContract {

  /**
   * Returns the attack started at the clean images, long enough to reach the edge of the budget.
   */
  Attack fromCleanToTheEdge();

  @Test
  default void uses_the_budget() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      Scene linf = new Scene(toy.model()).objective(new SingleTarget()).norm(Norm.LINF, 0.02);
      assertThat(linf.lengths(linf.run(fromCleanToTheEdge())))
          .allSatisfy(l -> assertThat(l).isCloseTo(0.02, within(1e-7)));
      Scene l2 = new Scene(toy.model()).objective(new SingleTarget()).norm(Norm.L2, 0.02);
      assertThat(l2.lengths(l2.run(fromCleanToTheEdge())))
          .allSatisfy(l -> assertThat(l).isGreaterThan(0.015));
    }
  }

  @Test
  default void the_nearest_item_changes_at_the_computed_epsilon() {
    ModelCard card = ToyEmbedder.card(new Shape(1, 2, 2), 1, Distance.EUCLIDEAN);
    // The embedding is the sum of four pixels; the query has 2.0, its match 1.9, the other 2.5.
    // The border lies at 2.2, that is at a change of 0.05 for each pixel.
    try (EmbeddingModel model =
            ToyEmbedder.of(card, x -> x.sum(new int[] {1, 2, 3}).expandDims(1));
        NDManager manager = model.manager().newSubManager();
        GalleryView galleryView =
            new GalleryView(
                new EmbeddingSet(new float[] {1.9f, 2.5f}, 1, new long[] {1, 2}, new long[] {5, 6}),
                Distance.EUCLIDEAN,
                7,
                Map.of(),
                manager)) {
      EmbeddingSet batch = new EmbeddingSet(new float[] {2}, 1, new long[] {9}, new long[] {5});
      NDArray clean = manager.ones(new Shape(1, 1, 2, 2)).mul(0.5f);
      for (Objective objective : List.of(new Margin(1), new SingleTarget())) {
        for (double epsilon : new double[] {0.049, 0.051}) {
          AttackTask task =
              new AttackTask(
                  model,
                  batch,
                  Attacking.pixels(clean.toFloatArray(), batch),
                  objective.aim(galleryView, batch),
                  objective.hasZeroGradientAtClean(),
                  null,
                  Norm.LINF,
                  epsilon,
                  7,
                  "cell",
                  1,
                  false);
          NDArray images = Attacking.run(fromCleanToTheEdge(), task).batch(task, manager);
          float moved = model.embed(images).toFloatArray()[0];
          assertThat(Math.abs(moved - 2.5) < Math.abs(moved - 1.9))
              .as("%s at %s is at %s", objective, epsilon, moved)
              .isEqualTo(epsilon > 0.05);
        }
      }
    }
  }
}
