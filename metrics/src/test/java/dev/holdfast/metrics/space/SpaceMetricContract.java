package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.knn.RandomSets;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every {@link SpaceMetric} promises. */
interface SpaceMetricContract {

  /** Returns the metric. */
  SpaceMetric metric();

  /** Computes the metric of a set and, where one is needed, a training set. */
  default double value(EmbeddingSet set) {
    try (NDManager manager = NDManager.newBaseManager()) {
      EmbeddingSet training = RandomSets.clusters(30, set.dimension(), 3, -1000, 9);
      EmbeddingSpace space =
          EmbeddingSpace.of(set, Distance.EUCLIDEAN, 5, manager).withTraining(training);
      double value = metric().value(space);
      assertThat(manager.getManagedArrays()).isEmpty();
      return value;
    }
  }

  @Test
  default void has_an_id_in_kebab_case() {
    assertThat(metric().id()).matches("[a-z]+(-[a-z0-9]+)*");
  }

  @Test
  default void says_what_it_is_and_where_it_comes_from() {
    assertThat(metric().description()).isNotBlank().doesNotEndWith(".");
    assertThat(metric().source()).containsPattern("[12]\\d\\d\\d");
  }

  @Test
  default void is_a_finite_number_for_an_ordinary_set() {
    assertThat(value(RandomSets.clusters(60, 8, 5, 1000, 1))).isFinite();
  }

  @Test
  default void is_the_same_a_second_time() {
    EmbeddingSet set = RandomSets.clusters(60, 8, 5, 1000, 1);

    assertThat(value(set)).isEqualTo(value(set));
  }

  @Test
  default void does_not_depend_on_the_order_of_the_items() {
    EmbeddingSet set = RandomSets.clusters(60, 8, 5, 1000, 1);
    EmbeddingSet reversed = set.select(IntStream.range(0, 60).map(i -> 59 - i).toArray());

    assertThat(value(reversed)).isCloseTo(value(set), within(1e-6));
  }

  @Test
  default void does_not_depend_on_what_the_classes_are_called() {
    EmbeddingSet set = RandomSets.clusters(60, 8, 5, 1000, 1);
    long[] labels = LongStream.of(set.labels()).map(l -> Long.MAX_VALUE - 3 * l).toArray();
    EmbeddingSet renamed = new EmbeddingSet(set.values(), 8, set.ids(), labels);

    assertThat(value(renamed)).isCloseTo(value(set), within(1e-12));
  }

  @Test
  default void leaves_the_embeddings_as_they_were() {
    EmbeddingSet set = RandomSets.clusters(60, 8, 5, 1000, 1);
    float[] before = set.values().clone();

    double value = value(set);

    assertThat(value).isFinite();
    assertThat(set.values()).isEqualTo(before);
  }

  @Test
  default void survives_sets_that_are_hardly_any() {
    float[] zeros = new float[24];
    float[] ones = new float[24];
    Arrays.fill(ones, 1);
    for (float[] values : new float[][] {zeros, ones}) {
      for (int size : new int[] {1, 2, 12}) {
        EmbeddingSet set =
            new EmbeddingSet(
                Arrays.copyOf(values, size * 2),
                2,
                LongStream.range(0, size).toArray(),
                new long[size]);
        // A number or none, but no exception.
        assertThat(value(set)).isNotEqualTo(Double.MIN_VALUE);
      }
    }
  }
}
