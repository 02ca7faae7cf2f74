package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.gradient.Tournament.Round;
import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.NearestClass;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
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
import org.junit.jupiter.api.Test;

class SuccessiveHalvingTest implements AscentContract {

  @Override
  public Attack attack() {
    return new SuccessiveHalving(5, 3);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new SuccessiveHalving(1, 40);
  }

  @Override
  public List<Objective> objectives() {
    return List.of(new Margin(1), new Margin(2));
  }

  @Override
  public boolean random() {
    return true;
  }

  /** On a smooth model all starts lead to one corner; where there are many hills, to others. */
  @Test
  @Override
  public void the_same_seed_gives_the_same_bytes_and_another_one_others() {
    try (EmbeddingModel model =
        ToyEmbedder.of(
            CARD,
            x ->
                x.mul(x.getManager().create(200f))
                    .sin()
                    .reshape(x.getShape().get(0), 12, 18)
                    .sum(new int[] {2}))) {
      for (Norm norm : norms()) {
        for (Objective objective : objectives()) {
          Scene scene = new Scene(model).objective(objective).norm(norm, 0.05);
          float[] first = scene.run(attack());
          assertThat(scene.run(attack())).isEqualTo(first);
          assertThat(scene.seed(8).run(attack())).isNotEqualTo(first);
          assertThat(scene.seed(7).cell("other").run(attack())).isNotEqualTo(first);
        }
      }
    }
  }

  @Test
  void keeps_a_quarter_of_the_runs_for_twice_the_steps_until_one_is_left() {
    assertThat(new SuccessiveHalving(null, null)).isEqualTo(new SuccessiveHalving(40, 8));
    assertThat(new SuccessiveHalving(null, null).rounds())
        .containsExactly(new Round(40, 8), new Round(10, 16), new Round(3, 32), new Round(1, 64));
    assertThat(new SuccessiveHalving(1, 5).rounds()).containsExactly(new Round(1, 5));
    assertThat(new SuccessiveHalving(2, 5).cost()).isEqualTo(3 * (2 * 6 + 11));
    assertThatThrownBy(() -> new SuccessiveHalving(0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("runs (0) of attack successive-halving must be at least 1");
  }

  @Test
  void refuses_an_objective_that_does_not_say_when_recall_is_broken() {
    ThreatModel threat =
        new ThreatModel(Norm.LINF, Epsilon.parse("1", "x"), Side.QUERY, attack().knowledge());
    attack().check(threat, new Margin(3));
    assertThatThrownBy(() -> attack().check(threat, new EmbeddingShift()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("must be margin");
  }

  /** The first pixel moves little, however far it is changed; the second one moves much. */
  private static NDArray slope(NDArray x) {
    NDArray change = x.reshape(x.getShape().get(0), 2).sub(0.5f);
    NDManager manager = x.getManager();
    return change
        .mul(manager.create(new float[] {20, 0}, new Shape(1, 2)))
        .tanh()
        .mul(manager.create(new float[] {0.15f, 0}, new Shape(1, 2)))
        .add(change.mul(manager.create(new float[] {0, 2.5f}, new Shape(1, 2))));
  }

  private static boolean breaks(Attack attack, Objective objective) {
    // What is relevant lies where the query is; of the wrong class, the nearer item is out of reach
    // and draws away from the other one.
    float[] gallery = {0, 0, 0.6f, -0.1f, 0, 0.7f};
    ModelCard card = ToyEmbedder.card(new Shape(1, 1, 2), 2, Distance.EUCLIDEAN);
    try (EmbeddingModel model = ToyEmbedder.of(card, SuccessiveHalvingTest::slope);
        NDManager manager = model.manager().newSubManager();
        GalleryView galleryView =
            new GalleryView(
                new EmbeddingSet(gallery, 2, new long[] {1, 2, 3}, new long[] {5, 6, 6}),
                Distance.EUCLIDEAN,
                7,
                Map.of(),
                manager)) {
      float[] clean = {0.5f, 0.5f};
      EmbeddingSet batch = new EmbeddingSet(new float[2], 2, new long[] {99}, new long[] {5});
      float[] image =
          Attacking.run(
                  attack,
                  new AttackTask(
                      model,
                      batch,
                      Attacking.pixels(clean, batch),
                      objective.aim(galleryView, batch),
                      objective.hasZeroGradientAtClean(),
                      new Margin(1).aim(galleryView, batch),
                      Norm.LINF,
                      0.2,
                      7,
                      "cell",
                      4,
                      true))
              .images();
      float[] at = model.embed(manager.create(image, new Shape(1, 1, 1, 2))).toFloatArray();
      double own = Math.hypot(at[0], at[1]);
      return own > Math.hypot(at[0] - gallery[2], at[1] - gallery[3])
          || own > Math.hypot(at[0] - gallery[4], at[1] - gallery[5]);
    }
  }

  @Test
  void finds_the_item_that_can_be_reached_where_the_nearest_one_cannot() {
    Apgd one = new Apgd(50, null, false, null);
    assertThat(breaks(one, new Margin(1))).isFalse();
    assertThat(breaks(one, new NearestClass(1))).isFalse();
    assertThat(breaks(one, new NearestClass(9))).isFalse();
    assertThat(breaks(new SuccessiveHalving(null, null), new Margin(1))).isTrue();
  }

  @Test
  void gives_up_what_is_far_from_broken_and_attempts_again_what_is_near() {
    int once = passesOnALine(0.7);
    // 40 runs of 8 steps, 10 of 16, 3 of 32 and one of 64; the last step is looked at, too.
    assertThat(once).isEqualTo(40 * 9 + 10 * 17 + 3 * 33 + 65);
    assertThat(passesOnALine(0.4)).isEqualTo(40 * 9);
    assertThat(passesOnALine(0.2)).isEqualTo(8 * 9);
    int twice = 40 * 17 + 10 * 33 + 3 * 65 + 129;
    assertThat(passesOnALine(0.92)).isEqualTo(once + twice);
    int again = 40 * 33 + 10 * 65 + 3 * 129 + 257;
    assertThat(passesOnALine(0.99)).isEqualTo(once + twice + again);
  }

  /**
   * The embedding is the sum of the pixels, what is relevant lies at the query and a wrong item at
   * a distance; a margin can close by twice the way.
   *
   * @param share of the margin that the budget allows to close
   */
  private static int passesOnALine(double share) {
    ModelCard card = ToyEmbedder.card(new Shape(1, 2, 2), 1, Distance.EUCLIDEAN);
    double epsilon = 0.05;
    float wrong = (float) (2 + 2 * 4 * epsilon / share);
    try (EmbeddingModel model =
            ToyEmbedder.of(card, x -> x.sum(new int[] {1, 2, 3}).expandDims(1));
        NDManager manager = model.manager().newSubManager();
        GalleryView galleryView =
            new GalleryView(
                new EmbeddingSet(new float[] {2, wrong}, 1, new long[] {1, 2}, new long[] {5, 6}),
                Distance.EUCLIDEAN,
                7,
                Map.of(),
                manager)) {
      EmbeddingSet batch = new EmbeddingSet(new float[] {2}, 1, new long[] {9}, new long[] {5});
      Perturbed[] made = new Perturbed[1];
      new SuccessiveHalving(null, null)
          .perturb(
              new AttackTask(
                  model,
                  batch,
                  Attacking.pixels(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, batch),
                  new Margin(1).aim(galleryView, batch),
                  false,
                  new Margin(1).aim(galleryView, batch),
                  Norm.LINF,
                  epsilon,
                  7,
                  "cell",
                  8,
                  true),
              p -> made[0] = p);
      assertThat(made[0].forwards()).isEqualTo(made[0].backwards());
      return made[0].forwards();
    }
  }
}
