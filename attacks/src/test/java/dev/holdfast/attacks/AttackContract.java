package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.objective.QueryUp;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.L2Ball;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.engine.LiveArrays;
import dev.holdfast.models.engine.ToyEmbedder;
import dev.holdfast.models.registry.Registry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What holds for every attack. */
@Tag("native")
@ExtendWith(LiveArrays.class)
interface AttackContract {

  ModelCard CARD = ToyEmbedder.card(new Shape(3, 8, 9), 12, Distance.EUCLIDEAN);
  int BATCH = 4;

  /**
   * One of each kind: flat at the clean image, targeted, with a changing target, with all ranks.
   */
  List<Objective> OBJECTIVES =
      List.of(new EmbeddingShift(), new SingleTarget(), new Margin(2), new QueryUp(2, null));

  List<Double> LINF = List.of(1e-9, 0.57 / 255, 1 / 255.0, 8 / 255.0, 0.1, 0.5, 1.0);
  List<Double> L2 = List.of(1e-9, 1e-4, 0.01, 0.5, 3.0, 100.0);
  List<Double> PATCH = List.of(1e-9, 0.01, 1 / 18.0, 0.3, 1.0);

  /** Returns the attack, with few steps. */
  Attack attack();

  /** Tells whether two seeds must give two results for an objective that is not flat. */
  boolean random();

  /** Returns what it can be used with. */
  default List<Objective> objectives() {
    return OBJECTIVES;
  }

  /** Returns the norms that it can be used with. */
  default List<Norm> norms() {
    return attack().norms();
  }

  private static List<Double> lengths(Norm norm) {
    return switch (norm) {
      case LINF -> LINF;
      case L2 -> L2;
      case PATCH -> PATCH;
    };
  }

  // --- The budget -------------------------------------------------------------------------------

  @Test
  default void stays_inside_the_budget_exactly_and_inside_0_to_1() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      for (Objective objective : objectives()) {
        for (Norm norm : norms()) {
          for (double epsilon : lengths(norm)) {
            new Scene(toy.model()).objective(objective).norm(norm, epsilon).check(attack());
          }
        }
      }
    }
  }

  @Test
  default void works_with_every_objective() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      Norm norm = norms().get(0);
      for (Objective objective : Registry.defaults(Objective.class)) {
        Scene scene = new Scene(toy.model()).objective(objective).norm(norm, 0.05);
        assertThat(scene.check(attack())).isEqualTo(scene.rows(3).run(attack()));
      }
    }
  }

  @Test
  default void epsilon_0_returns_the_images_bit_for_bit() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      for (Objective objective : objectives()) {
        for (Norm norm : norms()) {
          Scene scene = new Scene(toy.model()).objective(objective).norm(norm, 0);
          assertThat(scene.run(attack())).isEqualTo(scene.clean());
        }
      }
    }
  }

  // --- Randomness and batches -------------------------------------------------------------------

  @Test
  default void the_same_seed_gives_the_same_bytes_and_another_one_others() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      for (Norm norm : norms()) {
        for (Objective objective : objectives()) {
          Scene scene = new Scene(toy.model()).objective(objective).norm(norm, 0.05);
          float[] first = scene.run(attack());
          assertThat(scene.run(attack())).isEqualTo(first);
          // The same targets, so that only the attack draws anew.
          boolean differs = random() || objective.hasZeroGradientAtClean();
          assertThat(Arrays.equals(scene.seed(8).run(attack()), first)).isNotEqualTo(differs);
          scene.seed(7);
          assertThat(Arrays.equals(scene.cell("other").run(attack()), first)).isNotEqualTo(differs);
        }
      }
    }
  }

  @Test
  default void an_item_does_not_depend_on_its_batch_its_place_or_padding() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      for (Norm norm : norms()) {
        for (Objective objective : objectives()) {
          Scene scene = new Scene(toy.model()).objective(objective).norm(norm, 0.05);
          float[] all = scene.run(attack());
          float[] turned = scene.items(3, 1, 0, 2).run(attack());
          float[] padded = scene.items(2, 0).run(attack());
          float[] alone = scene.items(1).run(attack());
          scene.items(0, 1, 2, 3);
          assertThat(scene.row(turned, 0)).isEqualTo(scene.row(all, 3));
          assertThat(scene.row(turned, 2)).isEqualTo(scene.row(all, 0));
          assertThat(scene.row(padded, 0)).isEqualTo(scene.row(all, 2));
          assertThat(scene.row(padded, 1)).isEqualTo(scene.row(all, 0));
          assertThat(scene.row(alone, 0)).isEqualTo(scene.row(all, 1));
        }
      }
    }
  }

  @Test
  default void an_item_does_not_depend_on_who_was_in_its_slot_before() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      for (Norm norm : norms()) {
        for (Objective objective : objectives()) {
          Scene scene = new Scene(toy.model()).objective(objective).norm(norm, 0.05);
          float[] together = scene.run(attack());
          for (int rows = 1; rows <= 5; rows += 2) {
            assertThat(scene.rows(rows).run(attack())).isEqualTo(together);
          }
        }
      }
    }
  }

  @Test
  default void images_that_are_broken_leave_as_they_are_whether_early_or_not() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1)) {
      for (Norm norm : norms()) {
        for (Objective objective : objectives()) {
          Scene scene =
              new Scene(toy.model()).objective(objective).norm(norm, 0.3).rows(3).stop(true);
          float[] late = scene.run(attack());
          assertThat(scene.earlyExit(true).run(attack())).isEqualTo(late);
          assertThat(scene.check(attack())).isEqualTo(late);
        }
      }
    }
  }

  @Test
  default void stopping_early_changes_nothing() {
    try (ToyEmbedder toy = ToyEmbedder.linear(CARD, 1)) {
      for (Norm norm : norms()) {
        for (Objective objective : objectives()) {
          Scene scene = new Scene(toy.model()).objective(objective).norm(norm, 0.05);
          assertThat(scene.earlyExit(true).run(attack()))
              .isEqualTo(scene.earlyExit(false).run(attack()));
        }
      }
    }
  }

  // --- Models that give nothing -----------------------------------------------------------------

  @Test
  default void not_a_number_never_reaches_the_images() {
    try (EmbeddingModel model = ToyEmbedder.nan(CARD)) {
      for (Norm norm : norms()) {
        for (Objective objective : objectives()) {
          new Scene(model).objective(objective).norm(norm, 0.05).check(attack());
        }
      }
    }
  }

  @Test
  default void the_number_of_live_arrays_is_the_same_at_every_step() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      for (Norm norm : norms()) {
        Scene scene = new Scene(toy.model()).objective(new Margin(2)).norm(norm, 0.05);
        try (GalleryView galleryView = scene.galleryView(manager)) {
          List<Integer> counts = new ArrayList<>();
          AttackTask task =
              Attacking.watched(
                  scene.task(galleryView, attack()),
                  loss ->
                      e -> {
                        counts.add(LiveArrays.count());
                        return loss.loss(e);
                      });
          Attacking.run(attack(), task);
          // The first steps make what an attack keeps.
          assertThat(counts.subList(Math.min(2, counts.size() - 1), counts.size()))
              .containsOnly(counts.get(counts.size() - 1));
        }
      }
    }
  }

  // --- Hygiene ----------------------------------------------------------------------------------

  @Test
  default void leaves_nothing_behind() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      for (Norm norm : norms()) {
        for (double epsilon : new double[] {0, 0.05}) {
          for (Objective objective : objectives()) {
            Scene scene =
                new Scene(toy.model()).objective(objective).norm(norm, epsilon).rows(3).stop(true);
            try (GalleryView galleryView = scene.galleryView(manager)) {
              AttackTask task = scene.task(galleryView, attack());
              // The first use puts the gallery on the device.
              Attacking.run(attack(), task);
              int arrays = LiveArrays.count();
              Attacking.run(attack(), task);
              assertThat(LiveArrays.count()).isEqualTo(arrays);
            }
          }
        }
      }
    }
  }

  @Test
  default void counts_its_work() {
    try (ToyEmbedder toy = ToyEmbedder.quadratic(CARD, 1);
        NDManager manager = toy.model().manager().newSubManager()) {
      Scene scene = new Scene(toy.model()).objective(new SingleTarget());
      try (GalleryView galleryView = scene.galleryView(manager)) {
        for (Perturbed result : Attacking.run(attack(), scene.task(galleryView, attack())).each()) {
          assertThat(result.steps()).isBetween(0, attack().cost());
          assertThat(result.forwards()).isGreaterThanOrEqualTo(result.steps());
          assertThat(result.losses()).isNotEmpty().doesNotContain(Float.NaN);
        }
      }
    }
  }

  /** Four images, a gallery of six and everything that can be turned. */
  final class Scene {

    private static final long[] IDS = {101, 202, 303, 404};
    private static final long[] LABELS = {1, 1, 2, 3};

    private final EmbeddingModel model;
    private Objective objective = new SingleTarget();
    private Norm norm = Norm.LINF;
    private double epsilon = 0.05;
    private long seed = 7;
    private String cell = "cell";
    private boolean earlyExit;
    private boolean linear;
    private boolean gray;
    private int rows = BATCH;
    private boolean stop;
    private float[] target;
    private int[] items = {0, 1, 2, 3};

    Scene(EmbeddingModel model) {
      this.model = model;
    }

    Scene objective(Objective value) {
      objective = value;
      return this;
    }

    /** The first number of the embedding as the loss. */
    Scene linear() {
      linear = true;
      return this;
    }

    Scene gray() {
      gray = true;
      return this;
    }

    Scene target(float[] value) {
      target = value;
      return this;
    }

    Scene norm(Norm value, double length) {
      norm = value;
      epsilon = length;
      return this;
    }

    Scene seed(long value) {
      seed = value;
      return this;
    }

    Scene cell(String value) {
      cell = value;
      return this;
    }

    Scene earlyExit(boolean value) {
      earlyExit = value;
      return this;
    }

    /** The size of a native batch. */
    Scene rows(int value) {
      rows = value;
      return this;
    }

    /** Whether images may leave that miss their nearest relevant item. */
    Scene stop(boolean value) {
      stop = value;
      return this;
    }

    Scene items(int... value) {
      items = value;
      return this;
    }

    int pixels() {
      return CARD.input().spec().values();
    }

    float[] row(float[] batch, int row) {
      return Arrays.copyOfRange(batch, row * pixels(), (row + 1) * pixels());
    }

    /** The chosen items. */
    float[] clean() {
      try (NDManager manager = model.manager().newSubManager()) {
        float[] all = ToyEmbedder.images(CARD, BATCH, 3, manager).toFloatArray();
        if (gray) {
          Arrays.fill(all, 0.5f);
        }
        float[] batch = new float[items.length * pixels()];
        for (int i = 0; i < items.length; i++) {
          System.arraycopy(row(all, items[i]), 0, batch, i * pixels(), pixels());
        }
        return batch;
      }
    }

    /** Where an attack starts that does not start at the clean images. */
    float[] start(double scale) {
      float[] clean = clean();
      float[] start = new float[clean.length];
      try (NDManager manager = model.manager().newSubManager()) {
        NDArray center = manager.create(clean, ToyEmbedder.shape(CARD, items.length));
        Ball ball = Ball.around(norm, epsilon, center, manager);
        for (int i = 0; i < items.length; i++) {
          CounterRng rng = CounterRng.of(seed, cell + "/start", IDS[items[i]]);
          ball.fill(start, i * pixels(), pixels(), scale * epsilon, rng);
        }
        NDArray points = manager.create(start, center.getShape()).add(center);
        float[] projected = ball.project(points).toFloatArray();
        for (int i = 0; i < items.length && norm == Norm.L2; i++) {
          float[] image = row(projected, i);
          L2Ball.settle(image, row(clean, i), epsilon);
          System.arraycopy(image, 0, projected, i * pixels(), pixels());
        }
        return projected;
      }
    }

    GalleryView galleryView(NDManager manager) {
      float[] gallery = new float[6 * 12];
      for (int i = 0; i < gallery.length; i++) {
        gallery[i] = (float) (5 * Math.sin(1 + 3 * i));
      }
      Map<Long, float[]> targets =
          target == null
              ? Map.of()
              : Map.of(IDS[0], target, IDS[1], target, IDS[2], target, IDS[3], target);
      return new GalleryView(
          new EmbeddingSet(
              gallery, 12, new long[] {202, 11, 12, 13, 14, 15}, new long[] {1, 1, 2, 2, 3, 4}),
          Distance.EUCLIDEAN,
          7,
          targets,
          manager);
    }

    /** Returns what an attack gets, with images to learn from where it does. */
    AttackTask task(GalleryView galleryView, Attack attack) {
      AttackTask task = task(galleryView);
      boolean learns = attack instanceof Universal || attack instanceof Patch;
      return learns ? Attacking.with(task, pool(galleryView)) : task;
    }

    AttackTask task(GalleryView galleryView) {
      float[] clean = clean();
      float[] embeddings;
      try (NDManager manager = model.manager().newSubManager()) {
        NDArray batch = manager.create(clean, ToyEmbedder.shape(CARD, items.length));
        embeddings = model.embed(batch).toFloatArray();
      }
      long[] ids = IntStream.of(items).mapToLong(i -> IDS[i]).toArray();
      long[] labels = IntStream.of(items).mapToLong(i -> LABELS[i]).toArray();
      EmbeddingSet batch = new EmbeddingSet(embeddings, 12, ids, labels);
      return new AttackTask(
          model,
          batch,
          Attacking.pixels(clean, batch),
          linear
              ? Attacking.aim(items.length, e -> e.get(":, 0"))
              : objective.aim(galleryView, batch),
          !linear && objective.hasZeroGradientAtClean(),
          stop ? new Margin(1).aim(galleryView, batch) : null,
          norm,
          epsilon,
          seed,
          cell,
          rows,
          earlyExit);
    }

    /** Eight other images, in both halves under each of the seeds. */
    private AttackTask.AuxiliaryImages pool(GalleryView galleryView) {
      try (NDManager manager = model.manager().newSubManager()) {
        NDArray batch = ToyEmbedder.images(CARD, 8, 5, manager);
        if (gray) {
          batch = batch.zerosLike().add(0.5f);
        }
        EmbeddingSet others =
            new EmbeddingSet(
                model.embed(batch).toFloatArray(),
                12,
                new long[] {501, 502, 503, 504, 505, 506, 507, 508},
                new long[] {1, 1, 2, 2, 3, 3, 1, 2});
        return new AttackTask.AuxiliaryImages(
            others,
            Attacking.pixels(batch.toFloatArray(), others),
            chosen ->
                linear
                    ? Attacking.aim(chosen.size(), e -> e.get(":, 0"))
                    : objective.aim(galleryView, chosen));
      }
    }

    float[] run(Attack attack) {
      try (NDManager manager = model.manager().newSubManager();
          GalleryView galleryView = galleryView(manager)) {
        return Attacking.run(attack, task(galleryView, attack)).images();
      }
    }

    /** Runs and compares with the budget, in double from the floats. */
    float[] check(Attack attack) {
      float[] images = run(attack);
      for (float value : images) {
        assertThat(value).as("pixel").isBetween(0f, 1f);
      }
      for (double length : lengths(images)) {
        assertThat(length).as("%s of %s", norm, objective).isLessThanOrEqualTo(epsilon);
      }
      return images;
    }

    List<Double> lengths(float[] images) {
      float[] clean = clean();
      List<Double> lengths = new ArrayList<>();
      for (int row = 0; row < items.length; row++) {
        int from = row * pixels();
        lengths.add(norm.length(images, from, clean, from, 3, pixels() / 3));
      }
      return lengths;
    }
  }
}
