package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
  public double expected(Objective objective, World world, int item, double[] embedding) {
    int target = world.targets(objective, 1, item)[0];
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
        Surroundings surroundings =
            new Surroundings(world.gallery(), Distance.EUCLIDEAN, seed, Map.of(), manager)) {
      float[] values = surroundings.targets("x", 1, batch, queries, manager)[0].toFloatArray();
      return IntStream.range(0, queries)
          .map(
              i ->
                  IntStream.range(0, world.gallery().size())
                      .filter(
                          j ->
                              Arrays.equals(
                                  world.gallery().row(j),
                                  Arrays.copyOfRange(values, i * D, (i + 1) * D)))
                      .findFirst()
                      .orElseThrow())
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
        Surroundings surroundings =
            new Surroundings(
                world.gallery(), Distance.EUCLIDEAN, 7, Map.of(5000L, given), manager)) {
      NDArray[] arrays = surroundings.targets("x", 2, world.batch(), ROWS, manager);
      for (NDArray array : arrays) {
        assertThat(Arrays.copyOfRange(array.toFloatArray(), D, 2 * D)).isEqualTo(given);
        assertThat(Arrays.copyOf(array.toFloatArray(), D)).isNotEqualTo(given);
      }
    }
  }

  @Test
  void several_targets_differ() {
    World world = new World(Distance.EUCLIDEAN, 1);
    Set<Integer> all = new HashSet<>();
    for (int row : world.targets(new MultiTarget(20), 20, 0)) {
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
        Surroundings surroundings =
            new Surroundings(one, Distance.EUCLIDEAN, 7, Map.of(), manager)) {
      assertThatThrownBy(() -> new SingleTarget().bind(surroundings, one, 2, manager))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("more than one class")
          .hasMessageContaining("embedding-shift");
    }
  }
}
