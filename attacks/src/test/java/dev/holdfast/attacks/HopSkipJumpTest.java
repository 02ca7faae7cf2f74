package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HopSkipJumpTest implements MinNormContract {

  @Override
  public Attack attack() {
    return new HopSkipJump(25, 5, 2);
  }

  @Override
  public Attack thorough() {
    return new HopSkipJump(900, 20, 8);
  }

  @Override
  public boolean random() {
    return true;
  }

  /** Two images, each with its own embedding in the gallery; a linear model of one number. */
  private static Attacking.Result twoPoints(
      ToyEmbedder toy, Norm norm, double epsilon, int queries) {
    ModelCard card = toy.model().card();
    try (NDManager manager = toy.model().manager().newSubManager()) {
      float[] images = new float[2 * 48];
      for (int p = 0; p < 48; p++) {
        // Far enough from 0 and 1, so that the box does not matter.
        images[p] = 0.5f;
        images[48 + p] = (float) (0.5 + 0.2 * Math.signum(toy.weights()[0][p]));
      }
      float[] embeddings =
          toy.model().embed(manager.create(images, ToyEmbedder.shape(card, 2))).toFloatArray();
      EmbeddingSet items = new EmbeddingSet(embeddings, 1, new long[] {1, 2}, new long[] {5, 6});
      // The relevant item of the first query lies where the query itself is.
      EmbeddingSet gallery =
          new EmbeddingSet(embeddings, 1, new long[] {11, 12}, new long[] {5, 6});
      try (GalleryView galleryView =
          new GalleryView(gallery, Distance.EUCLIDEAN, 7, Map.of(), manager)) {
        return Attacking.run(
            new HopSkipJump(queries, null, null),
            new AttackTask(
                toy.model(),
                items,
                Attacking.pixels(images, items),
                new Margin(1).aim(galleryView, items),
                false,
                null,
                norm,
                epsilon,
                7,
                "cell",
                2,
                false,
                new AttackTask.AuxiliaryImages(
                    gallery, Attacking.pixels(images, gallery), chosen -> null)));
      }
    }
  }

  @Test
  void finds_the_distance_to_the_border_between_two_items_within_5_percent() {
    ModelCard card = ToyEmbedder.card(new Shape(3, 4, 4), 1, Distance.EUCLIDEAN);
    try (ToyEmbedder toy = ToyEmbedder.linear(card, 3)) {
      double l1 = Arrays.stream(toy.weights()[0]).map(Math::abs).sum();
      double l2 = Math.sqrt(Arrays.stream(toy.weights()[0]).map(w -> w * w).sum());
      // The embeddings are 0.2 l1 apart; the border is halfway, and the dual norm says how far.
      for (Norm norm : Norm.LENGTHS) {
        double border = norm == Norm.LINF ? 0.1 : 0.1 * l1 / l2;
        Attacking.Result result = twoPoints(toy, norm, norm == Norm.LINF ? 0.9 : 9, 3000);
        for (int row = 0; row < 2; row++) {
          float[] image = Arrays.copyOfRange(result.images(), row * 48, (row + 1) * 48);
          float[] clean = new float[48];
          for (int p = 0; p < 48; p++) {
            clean[p] = row == 0 ? 0.5f : (float) (0.5 + 0.2 * Math.signum(toy.weights()[0][p]));
          }
          double length = new PixelBudget(norm, 1).length(image, clean);
          assertThat(length).as("%s", norm).isBetween(0.9999 * border, 1.05 * border);
          assertThat(result.each()[row].forwards()).isEqualTo(3000);
          assertThat(result.each()[row].losses()[0]).isPositive();
        }
      }
    }
  }

  @Test
  void more_queries_come_nearer() {
    ModelCard card = ToyEmbedder.card(new Shape(3, 4, 4), 1, Distance.EUCLIDEAN);
    try (ToyEmbedder toy = ToyEmbedder.linear(card, 3)) {
      double last = Double.POSITIVE_INFINITY;
      for (int queries : new int[] {60, 300, 1200}) {
        float[] images = twoPoints(toy, Norm.L2, 9, queries).images();
        float[] clean = new float[48];
        Arrays.fill(clean, 0.5f);
        double length =
            new PixelBudget(Norm.L2, 1).length(Arrays.copyOfRange(images, 0, 48), clean);
        assertThat(length).isLessThan(last);
        last = length;
      }
    }
  }

  @Test
  void breaks_inside_a_budget_beyond_the_border_and_not_inside_one_before_it() {
    ModelCard card = ToyEmbedder.card(new Shape(3, 4, 4), 1, Distance.EUCLIDEAN);
    try (ToyEmbedder toy = ToyEmbedder.linear(card, 3);
        NDManager manager = toy.model().manager().newSubManager()) {
      float[] clean = new float[2 * 48];
      Arrays.fill(clean, 0.5f);
      for (double epsilon : new double[] {0.09, 0.11}) {
        Attacking.Result result = twoPoints(toy, Norm.LINF, epsilon, 1000);
        float[] embedded =
            toy.model()
                .embed(manager.create(result.images(), ToyEmbedder.shape(card, 2)))
                .toFloatArray();
        double l1 = Arrays.stream(toy.weights()[0]).map(Math::abs).sum();
        double start = Arrays.stream(toy.weights()[0]).sum() * 0.5;
        boolean broken = embedded[0] - start > 0.1 * l1;
        assertThat(broken).isEqualTo(epsilon > 0.1);
      }
    }
  }

  @Test
  void a_clean_miss_is_left_as_it_is_after_one_question() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).linear().norm(Norm.LINF, 0.1);
      try (GalleryView galleryView = scene.galleryView(manager)) {
        AttackTask missed =
            Attacking.with(
                scene.task(galleryView), Attacking.aim(4, e -> e.get(":, 0").mul(0).add(1)));
        Attacking.Result result = Attacking.run(attack(), missed);
        assertThat(result.images()).isEqualTo(scene.clean());
        assertThat(result.each()).allSatisfy(p -> assertThat(p.forwards()).isEqualTo(1));
        // And where no start fails, nothing is to be done: the clean image, and the starts.
        AttackTask never =
            Attacking.with(
                scene.task(galleryView), Attacking.aim(4, e -> e.get(":, 0").mul(0).sub(1)));
        result = Attacking.run(attack(), never);
        assertThat(result.images()).isEqualTo(scene.clean());
        assertThat(result.each()).allSatisfy(p -> assertThat(p.forwards()).isEqualTo(1 + 2));
      }
    }
  }

  @Test
  void has_the_usual_defaults() {
    assertThat(new HopSkipJump(null, null, null)).isEqualTo(new HopSkipJump(5000, 100, 20));
    assertThatThrownBy(() -> new HopSkipJump(0, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The queries (0) of attack hop-skip-jump must be at least 1");
  }
}
