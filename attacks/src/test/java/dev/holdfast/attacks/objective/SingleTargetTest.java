package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SingleTargetTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new SingleTarget()};
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int[] others = world.byId(j -> world.other(item, j));
    return world.drawn(objective.id(), item, 1, others);
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    int target = world.chosen(objective, item)[0];
    return -world.distance(embedding, world.gallery().row(target));
  }

  /** Many queries, so that every gallery item of another class is drawn many times. */
  private static int[] drawn(World world, long seed, int queries) {
    EmbeddingSet batch =
        new EmbeddingSet(
            new float[queries * D],
            D,
            LongStream.range(0, queries).toArray(),
            LongStream.range(0, queries).map(i -> i % 5).toArray());
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        GalleryView galleryView =
            new GalleryView(world.gallery(), Distance.EUCLIDEAN, seed, Map.of(), manager)) {
      return Arrays.stream(new SingleTarget().aim(galleryView, batch).chosen())
          .mapToInt(chosen -> chosen[0])
          .toArray();
    }
  }

  @Test
  void targets_are_uniform_over_the_other_classes_and_never_of_the_own_one() {
    World world = new World(Distance.EUCLIDEAN, 1);
    int queries = 8000;
    int[] drawn = drawn(world, 7, queries);
    int[] counts = new int[world.gallery().size()];
    for (int i = 0; i < queries; i++) {
      assertThat(world.gallery().labels()[drawn[i]]).isNotEqualTo(i % 5);
      counts[drawn[i]]++;
    }
    // 200 expected for each of 40; the standard deviation is 14.
    assertThat(IntStream.of(counts)).allMatch(c -> Math.abs(c - 200) < 70);
  }

  @Test
  void another_seed_draws_other_targets() {
    World world = new World(Distance.EUCLIDEAN, 1);
    assertThat(drawn(world, 7, 50))
        .isEqualTo(drawn(world, 7, 50))
        .isNotEqualTo(drawn(world, 8, 50));
  }

  @Test
  void targets_that_were_given_are_used() {
    World world = new World(Distance.EUCLIDEAN, 1);
    float[] given = {1, 2, 3, 4, 5, 6};
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        GalleryView galleryView =
            new GalleryView(
                world.gallery(), Distance.EUCLIDEAN, 7, Map.of(5000L, given), manager)) {
      int[][] chosen = new MultiTarget(2).aim(galleryView, world.batch()).chosen();
      assertThat(chosen[0]).hasSize(2);
      assertThat(chosen[1]).isEmpty();
      BatchObjective bound = new MultiTarget(2).bind(galleryView, world.batch(), ROWS, manager);
      float[] at = new float[ROWS * D];
      System.arraycopy(given, 0, at, D, D);
      assertThat(bound.loss(manager.create(at, new Shape(ROWS, D))).toFloatArray()[1])
          .isCloseTo(0, within(1e-9f));
    }
  }

  @Test
  void several_targets_differ() {
    World world = new World(Distance.EUCLIDEAN, 1);
    Set<Integer> all = new HashSet<>();
    for (int row : world.chosen(new MultiTarget(20), 0)) {
      assertThat(world.gallery().labels()[row]).isNotEqualTo(world.batch().labels()[0]);
      all.add(row);
    }
    assertThat(all).hasSizeGreaterThan(10);
  }

  @Test
  void a_gallery_of_one_class_is_refused() {
    EmbeddingSet one =
        new EmbeddingSet(new float[] {1, 2}, 1, new long[] {1, 2}, new long[] {3, 3});
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        GalleryView galleryView = new GalleryView(one, Distance.EUCLIDEAN, 7, Map.of(), manager)) {
      assertThatThrownBy(() -> new SingleTarget().bind(galleryView, one, 2, manager))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("more than one class")
          .hasMessageContaining("embedding-shift");
    }
  }
}
