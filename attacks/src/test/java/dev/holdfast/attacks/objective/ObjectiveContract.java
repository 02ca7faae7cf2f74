package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.engine.LiveArrays;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What holds for every objective; losses are compared with plain Java in double. */
@Tag("native")
@ExtendWith(LiveArrays.class)
interface ObjectiveContract {

  int D = 6;
  int ROWS = 8;

  /** Returns the variants to test. */
  Objective[] objectives();

  /** Returns the loss of one embedding in double, from distances in double, by loops. */
  double expected(Objective objective, World world, int item, double[] embedding);

  /** Returns the loss near an embedding, whatever is not differentiated fixed there. */
  default double expectedNear(
      Objective objective, World world, int item, double[] embedding, double[] at) {
    return expected(objective, world, item, embedding);
  }

  /** Returns the gallery rows that are chosen for an item, by loops. */
  default int[] expectedChoice(Objective objective, World world, int item) {
    return new int[0];
  }

  /** Returns what is reported of an item beside recall, by loops. */
  default Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    return Map.of();
  }

  /** Tells whether the gradient vanishes at clean images under a distance. */
  default boolean hasZeroGradientAtClean(Objective objective, Distance distance) {
    return objective.hasZeroGradientAtClean();
  }

  /** Tells whether the order of the gallery matters, as it must not. */
  default boolean followsTheOrderOfTheGallery(Objective objective) {
    return false;
  }

  @Test
  default void the_choices_equal_plain_java() {
    for (World world : World.several()) {
      for (Objective objective : objectives()) {
        for (int item = 0; item < world.batch().size(); item++) {
          assertThat(world.chosen(objective, item))
              .as("%s, %s, item %d", objective, world.distance(), item)
              .isEqualTo(expectedChoice(objective, world, item));
        }
      }
    }
  }

  @Test
  default void the_loss_equals_plain_java_on_several_galleries() {
    for (World world : World.several()) {
      for (Objective objective : objectives()) {
        for (double by : new double[] {0.01, 0.3, 1}) {
          float[] moved = world.moved(by);
          float[] losses = world.losses(objective, world.batch(), moved);
          for (int i = 0; i < world.batch().size(); i++) {
            double expected = expected(objective, world, i, World.row(moved, i));
            assertThat((double) losses[i])
                .as("%s, %s, item %d, moved by %s", objective, world.distance(), i, by)
                .isCloseTo(expected, within(4e-6 * Math.max(1, Math.abs(expected))));
          }
        }
      }
    }
  }

  @Test
  default void the_reported_numbers_equal_plain_java_on_several_galleries() {
    for (World world : World.several()) {
      for (Objective objective : objectives()) {
        for (double by : new double[] {0, 0.01, 0.3, 1}) {
          float[] moved = Arrays.copyOf(world.moved(by), world.batch().values().length);
          Map<String, double[]> measures =
              world.measures(objective, moved, world.losses(objective, moved));
          for (int i = 0; i < world.batch().size(); i++) {
            Map<String, Double> expected =
                expectedMeasures(objective, world, i, World.row(moved, i));
            assertThat(measures.keySet()).isEqualTo(expected.keySet());
            for (String name : expected.keySet()) {
              assertThat(measures.get(name)).hasSize(world.batch().size());
              assertThat(measures.get(name)[i])
                  .as("%s of %s, %s, item %d, by %s", name, objective, world.distance(), i, by)
                  .isCloseTo(expected.get(name), within(2e-6));
            }
          }
        }
      }
    }
  }

  @Test
  default void what_is_not_finite_is_where_the_attacker_wants_it() {
    for (World world : World.several()) {
      for (Objective objective : objectives()) {
        float[] nowhere = new float[world.batch().values().length];
        Arrays.fill(nowhere, Float.NaN);
        double[] none = new double[world.batch().size()];
        world
            .measures(objective, nowhere, none)
            .forEach(
                (name, values) ->
                    // The last of N places is 1 - 1/N where RobRank counts.
                    assertThat(Arrays.stream(values).boxed())
                        .as("%s of %s", name, objective)
                        .allSatisfy(
                            v ->
                                assertThat(v)
                                    .isCloseTo(
                                        lost(objective, name),
                                        within(1.0 / world.gallery().size()))));
      }
    }
  }

  /** Returns the number that an attacker would like best. */
  private static double lost(Objective objective, String name) {
    return switch (name) {
      case "candidate-rank" -> objective.id().endsWith("-plus") ? 0 : 1;
      case "kept-rank", "target-cosine" -> 1;
      case "shift" -> 2;
      case "kept@4" -> 0;
      default -> Double.NaN;
    };
  }

  @Test
  default void the_loss_equals_plain_java() {
    for (Distance distance : Distance.values()) {
      for (double scale : new double[] {1e-3, 1, 1e6}) {
        World world = new World(distance, scale);
        for (Objective objective : objectives()) {
          float[] moved = world.moved(0.3 * scale);
          float[] losses = world.losses(objective, world.batch(), moved);
          for (int i = 0; i < world.batch().size(); i++) {
            double expected = expected(objective, world, i, World.row(moved, i));
            assertThat((double) losses[i])
                .as("%s, %s, item %d, scale %s", objective, distance, i, scale)
                .isCloseTo(
                    expected,
                    within(
                        1e-6
                            * Math.max(
                                switch (distance) {
                                  case EUCLIDEAN -> 10 * scale;
                                  case COSINE -> 2;
                                  // Products cancel.
                                  case DOT -> 10 * scale * scale;
                                },
                                2 * Math.abs(expected))));
          }
        }
      }
    }
  }

  @Test
  default void loss_and_gradient_are_finite_everywhere() {
    for (Distance distance : Distance.values()) {
      World world = new World(distance, 1);
      for (Objective objective : objectives()) {
        for (float[] embeddings :
            new float[][] {
              world.moved(0), world.moved(1e-12), world.moved(1e-6), new float[ROWS * D],
            }) {
          float[][] both = world.lossesAndGradient(objective, world.batch(), embeddings);
          for (float[] values : both) {
            for (float value : values) {
              assertThat(value).as("%s, %s", objective, distance).isFinite();
            }
          }
        }
      }
    }
  }

  @Test
  default void the_gradient_equals_central_differences() {
    double step = 1e-6;
    for (Distance distance : Distance.values()) {
      World world = new World(distance, 1);
      for (Objective objective : objectives()) {
        float[] moved = world.moved(0.3);
        float[] gradient = world.lossesAndGradient(objective, world.batch(), moved)[1];
        for (int i = 0; i < world.batch().size(); i++) {
          for (int d = 0; d < D; d++) {
            double[] up = World.row(moved, i);
            double[] down = World.row(moved, i);
            up[d] += step;
            down[d] -= step;
            double[] at = World.row(moved, i);
            double expected =
                (expectedNear(objective, world, i, up, at)
                        - expectedNear(objective, world, i, down, at))
                    / (2 * step);
            assertThat((double) gradient[i * D + d])
                .as("%s, %s, item %d", objective, distance, i)
                .isCloseTo(expected, within(1e-4 * Math.max(1, Math.abs(expected))));
          }
        }
      }
    }
  }

  @Test
  default void it_is_flat_at_the_clean_image_exactly_if_it_says_so() {
    for (Distance distance : Distance.values()) {
      World world = new World(distance, 1);
      for (Objective objective : objectives()) {
        float[][] both = world.lossesAndGradient(objective, world.batch(), world.moved(0));
        float[] gradient = both[1];
        for (int i = 0; i < world.batch().size(); i++) {
          double length = 0;
          for (int d = 0; d < D; d++) {
            length += Math.abs(gradient[i * D + d]);
          }
          if (hasZeroGradientAtClean(objective, distance)) {
            assertThat(length).isLessThan(1e-5);
          } else if (both[0][i] != 0) {
            // A loss of 0 has reached its goal.
            assertThat(length).as("%s, item %d", objective, i).isGreaterThan(1e-3);
          }
        }
      }
    }
  }

  @Test
  default void an_item_does_not_depend_on_the_order_of_batch_and_gallery() {
    World world = new World(Distance.EUCLIDEAN, 1);
    World turned = world.withGalleryTurned();
    for (Objective objective : objectives()) {
      float[] losses = world.losses(objective, world.batch(), world.moved(0.3));
      if (followsTheOrderOfTheGallery(objective)) {
        continue;
      }
      assertThat(turned.losses(objective, world.batch(), world.moved(0.3)))
          .as("%s", objective)
          .startsWith(Arrays.copyOf(losses, world.batch().size()));
      int[] pick = {4, 1};
      float[] moved = new float[ROWS * D];
      for (int i = 0; i < pick.length; i++) {
        System.arraycopy(world.moved(0.3), pick[i] * D, moved, i * D, D);
      }
      float[] picked = world.losses(objective, world.batch().select(pick), moved);
      assertThat(picked[0]).isEqualTo(losses[4]);
      assertThat(picked[1]).isEqualTo(losses[1]);
    }
  }

  @Test
  default void leaves_no_arrays_behind() {
    World world = new World(Distance.COSINE, 1);
    int arrays = LiveArrays.count();
    for (Objective objective : objectives()) {
      assertThat(world.losses(objective, world.batch(), world.moved(0.1))).hasSize(ROWS);
      assertThat(LiveArrays.count()).isEqualTo(arrays);
    }
  }

  /** A gallery of forty items in five classes and five queries, two of them in the gallery. */
  record World(Distance distance, EmbeddingSet gallery, EmbeddingSet batch) {

    World(Distance distance, double scale) {
      this(
          distance,
          set(IntStream.range(0, 40).mapToLong(i -> 1000 - i).toArray(), scale),
          set(new long[] {1000, 5000, 977, 5001, 5002}, scale));
    }

    /** Small galleries: of other sizes, classes, distances and lengths, with duplicates. */
    static List<World> several() {
      World first = new World(Distance.EUCLIDEAN, 1);
      EmbeddingSet unit = set(LongStream.rangeClosed(1, 24).map(i -> 100 + i).toArray(), 1);
      for (int i = 0; i < unit.size(); i++) {
        double length = 0;
        for (int d = 0; d < D; d++) {
          length += unit.values()[i * D + d] * unit.values()[i * D + d];
        }
        for (int d = 0; d < D; d++) {
          unit.values()[i * D + d] /= (float) Math.sqrt(length);
        }
      }
      World second = new World(Distance.COSINE, unit, unit.select(new int[] {3, 0, 23, 11, 12}));
      EmbeddingSet many = set(LongStream.range(0, 230).map(i -> 7 * i % 1000 - 300).toArray(), 2);
      // The same picture twice, once in another class.
      for (int d = 0; d < D; d++) {
        many.values()[4 * D + d] = many.values()[9 * D + d];
        many.values()[20 * D + d] = many.values()[41 * D + d];
      }
      World third =
          new World(Distance.EUCLIDEAN, many, many.select(new int[] {4, 41, 100, 229, 0}));
      World fourth = new World(Distance.DOT, third.gallery(), third.batch());
      return List.of(first, second, third, fourth);
    }

    /** What an item is depends on its id alone, so that equal ids are equal items. */
    private static EmbeddingSet set(long[] ids, double scale) {
      float[] values = new float[ids.length * D];
      long[] labels = new long[ids.length];
      for (int i = 0; i < ids.length; i++) {
        labels[i] = Math.floorMod(ids[i], 5);
        CounterRng center = CounterRng.of(1, "center", labels[i]);
        CounterRng noise = CounterRng.of(1, "noise", ids[i]);
        for (int d = 0; d < D; d++) {
          values[i * D + d] =
              (float) (scale * (center.nextGaussian() + 0.8 * noise.nextGaussian()));
        }
      }
      return new EmbeddingSet(values, D, ids, labels);
    }

    World withGalleryTurned() {
      int size = gallery.size();
      return new World(
          distance,
          gallery.select(IntStream.range(0, size).map(i -> size - 1 - i).toArray()),
          batch);
    }

    /** The embeddings of the batch, moved by a distance, and zeros for padding. */
    float[] moved(double by) {
      float[] values = Arrays.copyOf(batch.values(), ROWS * D);
      for (int i = 0; i < batch.values().length; i++) {
        values[i] += (float) (by * Math.cos(7 * i));
      }
      return values;
    }

    static float[] floats(double[] values) {
      float[] floats = new float[values.length];
      for (int d = 0; d < floats.length; d++) {
        floats[d] = (float) values[d];
      }
      return floats;
    }

    static double[] row(float[] values, int row) {
      double[] picked = new double[D];
      for (int d = 0; d < D; d++) {
        picked[d] = values[row * D + d];
      }
      return picked;
    }

    float[] losses(Objective objective, EmbeddingSet items, float[] embeddings) {
      return lossesAndGradient(objective, items, embeddings)[0];
    }

    float[][] lossesAndGradient(Objective objective, EmbeddingSet items, float[] embeddings) {
      try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
          GalleryView galleryView = galleryView(manager)) {
        BatchObjective bound = objective.bind(galleryView, items, ROWS, manager);
        NDArray leaf = manager.create(embeddings, new Shape(ROWS, D));
        leaf.setRequiresGradient(true);
        NDArray losses;
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
          losses = bound.loss(leaf);
          collector.backward(losses.sum());
        }
        assertThat(losses.getShape()).isEqualTo(new Shape(ROWS));
        return new float[][] {losses.toFloatArray(), leaf.getGradient().toFloatArray()};
      }
    }

    GalleryView galleryView(NDManager manager) {
      return new GalleryView(gallery, distance, 7, Map.of(), manager);
    }

    /** The losses of the items that are there. */
    float[] losses(Objective objective, float[] embeddings) {
      float[] all = losses(objective, batch, Arrays.copyOf(embeddings, ROWS * D));
      return Arrays.copyOf(all, batch.size());
    }

    Map<String, double[]> measures(Objective objective, float[] embeddings, float[] losses) {
      return measures(
          objective,
          embeddings,
          IntStream.range(0, losses.length).mapToDouble(i -> losses[i]).toArray());
    }

    Map<String, double[]> measures(Objective objective, float[] embeddings, double[] losses) {
      try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
          GalleryView galleryView = galleryView(manager)) {
        return objective.aim(galleryView, batch).measures(batch.with(embeddings), losses);
      }
    }

    /** Where rows stand for a point: for each row how many others of some are ahead of it. */
    int place(double[] distances, int row, IntPredicate among, boolean behindEquals) {
      int[] order =
          IntStream.range(0, distances.length)
              .filter(j -> among.test(j) || j == row)
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(j -> distances[j])
                      .thenComparing(j -> (j == row) == behindEquals))
              .mapToInt(Integer::intValue)
              .toArray();
      return IntStream.range(0, order.length).filter(j -> order[j] == row).findFirst().getAsInt();
    }

    /**
     * Where gallery rows stand for a perturbed query, on the mean: 0 in front, 1 at the end.
     *
     * @param robrank whether the query's clean copy counts, and all items divide
     * @param behindEquals whether equal distances push rows back
     */
    double rank(double[] distances, int item, int[] rows, boolean robrank, boolean behindEquals) {
      double sum = 0;
      for (int row : rows) {
        int others = 0;
        for (int j = 0; j < distances.length; j++) {
          others += j != row && j != self(item) ? 1 : 0;
        }
        sum +=
            robrank
                ? (double) place(distances, row, j -> true, false) / distances.length
                : (double) place(distances, row, j -> j != self(item), behindEquals) / others;
      }
      return sum / rows.length;
    }

    /** The rows of the gallery that an objective chose for an item. */
    int[] chosen(Objective objective, int item) {
      try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
          GalleryView galleryView = galleryView(manager)) {
        return objective.aim(galleryView, batch).chosen()[item];
      }
    }

    /** The row of the gallery that is the item itself, or -1. */
    int self(int item) {
      return IntStream.range(0, gallery.size())
          .filter(j -> gallery.ids()[j] == batch.ids()[item])
          .findFirst()
          .orElse(-1);
    }

    boolean relevant(int item, int row) {
      return gallery.labels()[row] == batch.labels()[item] && row != self(item);
    }

    boolean other(int item, int row) {
      return gallery.labels()[row] != batch.labels()[item];
    }

    /** Distances of an embedding to the whole gallery. */
    double[] distances(double[] embedding) {
      return IntStream.range(0, gallery.size())
          .mapToDouble(j -> distance(embedding, gallery.row(j)))
          .toArray();
    }

    double[] clean(int item) {
      return row(batch.values(), item);
    }

    /** Rows of the gallery by distance from the clean item, without itself. */
    int[] nearest(int item) {
      double[] distances = distances(clean(item));
      return IntStream.range(0, gallery.size())
          .filter(j -> j != self(item))
          .boxed()
          .sorted(
              Comparator.<Integer>comparingDouble(j -> distances[j])
                  .thenComparing(j -> gallery.labels()[j] == batch.labels()[item])
                  .thenComparingLong(j -> gallery.ids()[j]))
          .mapToInt(Integer::intValue)
          .toArray();
    }

    /** Draws rows from a list, each anew. */
    int[] drawn(String purpose, int item, int count, int[] from) {
      CounterRng rng = CounterRng.of(7, purpose, batch.ids()[item]);
      return IntStream.range(0, count).map(i -> from[rng.nextInt(from.length)]).toArray();
    }

    /** Rows of the gallery in the order of ids. */
    int[] byId(IntPredicate among) {
      return IntStream.range(0, gallery.size())
          .filter(among)
          .boxed()
          .sorted(Comparator.comparingLong(j -> gallery.ids()[j]))
          .mapToInt(Integer::intValue)
          .toArray();
    }

    double distance(double[] a, float[] b) {
      double[] other = new double[D];
      for (int d = 0; d < D; d++) {
        other[d] = b[d];
      }
      double[] first = prepared(a);
      double[] second = prepared(other);
      if (distance == Distance.DOT) {
        return -IntStream.range(0, D).mapToDouble(d -> first[d] * second[d]).sum();
      }
      return length(first, second);
    }

    static double length(double[] first, double[] second) {
      double squares = 0;
      for (int d = 0; d < D; d++) {
        squares += (first[d] - second[d]) * (first[d] - second[d]);
      }
      return Math.sqrt(squares);
    }

    double[] prepared(double[] values) {
      if (distance != Distance.COSINE) {
        return values;
      }
      double squares = 0;
      for (double v : values) {
        squares += v * v;
      }
      double length = Math.sqrt(squares);
      return Arrays.stream(values).map(v -> v / length).toArray();
    }
  }
}
