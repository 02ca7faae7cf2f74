package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What holds for every attack that looks for the smallest perturbation. */
interface MinNormContract extends AttackContract {

  /** Returns the attack, long enough to find the smallest perturbation. */
  Attack thorough();

  @Override
  default List<Objective> objectives() {
    return List.of(new Margin(1), new Margin(2));
  }

  @Override
  default boolean random() {
    return false;
  }

  /**
   * Four gray pixels; the query has the first number, its match the second, the other the third.
   */
  private float[] broken(
      Function<NDArray, NDArray> embedding, float[] numbers, Norm norm, double epsilon) {
    ModelCard card = ToyEmbedder.card(new Shape(1, 2, 2), 1, Distance.EUCLIDEAN);
    try (EmbeddingModel model = ToyEmbedder.of(card, embedding);
        NDManager manager = model.manager().newSubManager();
        GalleryView galleryView =
            new GalleryView(
                new EmbeddingSet(
                    new float[] {numbers[1], numbers[2]}, 1, new long[] {1, 2}, new long[] {5, 6}),
                Distance.EUCLIDEAN,
                7,
                Map.of(),
                manager)) {
      EmbeddingSet batch =
          new EmbeddingSet(new float[] {numbers[0]}, 1, new long[] {9}, new long[] {5});
      AttackTask task =
          new AttackTask(
              model,
              batch,
              Attacking.pixels(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, batch),
              new Margin(1).aim(galleryView, batch),
              false,
              null,
              norm,
              epsilon,
              7,
              "cell",
              1,
              false);
      return Attacking.run(thorough(), task).images();
    }
  }

  private static double length(float[] image, Norm norm) {
    double largest = 0;
    double squares = 0;
    for (float value : image) {
      double d = value - 0.5;
      largest = Math.max(largest, Math.abs(d));
      squares += d * d;
    }
    return norm == Norm.LINF ? largest : Math.sqrt(squares);
  }

  @Test
  default void finds_the_border_between_two_points_on_a_linear_model() {
    // A sum of 2.0; the border lies at 2.2, that is at a change of 0.05 for each pixel.
    float[] numbers = {2, 1.9f, 2.5f};
    for (Norm norm : norms()) {
      float[] image = broken(x -> x.sum(new int[] {1, 2, 3}).expandDims(1), numbers, norm, 1);
      double shortest = norm == Norm.LINF ? 0.05 : 0.1;
      assertThat(length(image, norm)).isCloseTo(shortest, within(1e-3));
      assertThat((double) image[0] + image[1] + image[2] + image[3]).isGreaterThan(2.2);
    }
  }

  @Test
  default void finds_the_border_on_a_quadratic_model() {
    // A sum of squares of 1; the border lies at 1.2.
    float[] numbers = {1, 0.9f, 1.5f};
    for (Norm norm : norms()) {
      float[] image =
          broken(x -> x.square().sum(new int[] {1, 2, 3}).expandDims(1), numbers, norm, 1);
      double radial = Math.sqrt(1.2) - 1;
      assertThat(length(image, norm))
          .isCloseTo(norm == Norm.LINF ? radial / 2 : radial, within(1e-3));
    }
  }

  @Test
  default void what_is_broken_already_stays_as_it_is() {
    for (Norm norm : norms()) {
      float[] image =
          broken(x -> x.sum(new int[] {1, 2, 3}).expandDims(1), new float[] {2, 1, 2.1f}, norm, 1);
      assertThat(image).containsOnly(0.5f);
    }
  }

  @Test
  default void what_cannot_be_broken_inside_epsilon_stays_inside_epsilon() {
    for (Norm norm : norms()) {
      float[] image =
          broken(
              x -> x.sum(new int[] {1, 2, 3}).expandDims(1),
              new float[] {2, 1.9f, 2.5f},
              norm,
              0.03);
      assertThat(length(image, norm)).isLessThanOrEqualTo(0.03);
    }
  }

  @Test
  default void refuses_an_objective_that_does_not_say_when_recall_is_broken() {
    Norm norm = norms().get(0);
    ThreatModel threat =
        new ThreatModel(norm, Epsilon.parse("1", "x"), Side.QUERY, attack().knowledge());
    attack().check(threat, new Margin(3));
    assertThatThrownBy(() -> attack().check(threat, new EmbeddingShift()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("objective (embedding-shift) of attack " + attack().id())
        .hasMessageContaining("must be margin");
    assertThat(attack().seeksMinimumNorm()).isTrue();
  }
}
