package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.knn.RandomSets;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class NormalizedMutualInformationTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new NormalizedMutualInformation();
  }

  @Test
  void is_one_for_clusters_that_are_the_classes_and_zero_for_one_cluster() {
    try (NDManager manager = NDManager.newBaseManager()) {
      EmbeddingSet set = RandomSets.clusters(40, 4, 6, 1000, 1);
      long[] renamed = LongStream.of(set.labels()).map(l -> 100 - 7 * l).toArray();
      assertThat(metric().value(space(set, manager).withClusters(renamed)))
          .isCloseTo(1, within(1e-15));
      assertThat(metric().value(space(set, manager).withClusters(new long[40]))).isZero();
    }
  }

  @Test
  void clusters_apart_are_found_by_k_means() {
    float[] values = new float[80];
    for (int i = 0; i < values.length; i++) {
      values[i] = 100 * (i / 2 % 4) + i % 3 + (i % 2 == 0 ? 0 : 500 * (i / 2 % 2));
    }
    long[] labels = LongStream.range(0, 40).map(i -> i % 4).toArray();

    assertThat(value(new EmbeddingSet(values, 2, LongStream.range(0, 40).toArray(), labels)))
        .isGreaterThan(0.7);
  }

  @Test
  void refuses_clusters_that_are_not_one_per_item() {
    try (NDManager manager = NDManager.newBaseManager()) {
      EmbeddingSpace space = space(RandomSets.clusters(40, 4, 6, 1000, 1), manager);

      assertThatThrownBy(() -> space.withClusters(new long[39]))
          .hasMessage("The clusters (39) must be as many as the items (40).");
    }
  }

  private static EmbeddingSpace space(EmbeddingSet set, NDManager manager) {
    return EmbeddingSpace.of(set, Distance.EUCLIDEAN, 1, manager);
  }
}
