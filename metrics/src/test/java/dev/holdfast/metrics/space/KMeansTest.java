package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Watch;
import dev.holdfast.metrics.knn.RandomSets;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class KMeansTest {

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void ends_where_every_item_is_nearest_to_the_mean_of_its_cluster() {
    EmbeddingSet set = RandomSets.clusters(120, 3, 5, 1000, 4);
    long[] clusters = KMeans.clusters(set, 5, 1, manager, Watch.NOBODY);

    double[][] means = new double[5][3];
    int[] sizes = new int[5];
    for (int i = 0; i < set.size(); i++) {
      sizes[(int) clusters[i]]++;
      for (int d = 0; d < 3; d++) {
        means[(int) clusters[i]][d] += set.row(i)[d];
      }
    }
    assertThat(sizes).doesNotContain(0);
    for (int i = 0; i < set.size(); i++) {
      int nearest = 0;
      double smallest = Double.POSITIVE_INFINITY;
      for (int c = 0; c < 5; c++) {
        double distance = 0;
        for (int d = 0; d < 3; d++) {
          distance += Math.pow(set.row(i)[d] - means[c][d] / sizes[c], 2);
        }
        if (distance < smallest) {
          smallest = distance;
          nearest = c;
        }
      }
      assertThat(clusters[i]).isEqualTo(nearest);
    }
  }

  @Test
  void depends_on_the_seed_and_not_on_the_order_of_the_items() {
    EmbeddingSet set = RandomSets.clusters(90, 4, 6, 1000, 2);
    int[] turned = IntStream.range(0, 90).map(i -> 89 - i).toArray();

    long[] clusters = KMeans.clusters(set, 6, 1, manager, Watch.NOBODY);
    long[] back = KMeans.clusters(set.select(turned), 6, 1, manager, Watch.NOBODY);

    assertThat(IntStream.of(turned).mapToLong(i -> back[i]).toArray()).isEqualTo(clusters);
    assertThat(
            LongStream.range(0, 5)
                .mapToObj(s -> KMeans.clusters(set, 6, s, manager, Watch.NOBODY))
                .distinct())
        .hasSizeGreaterThan(1);
  }

  @Test
  void fills_clusters_that_have_become_empty() {
    // Copies are drawn as first centers; all but one of them stay without items.
    float[] values = new float[20];
    for (int i = 0; i < 10; i++) {
      values[10 + i] = 100 * (1 + i);
    }
    EmbeddingSet set = new EmbeddingSet(values, 1, LongStream.range(0, 20).toArray(), new long[20]);

    long[] clusters = KMeans.clusters(set, 11, 1, manager, Watch.NOBODY);

    assertThat(LongStream.of(clusters).distinct().count()).isEqualTo(11);
  }

  @Test
  void gives_each_item_a_cluster_of_its_own_where_there_are_as_many() {
    EmbeddingSet set = RandomSets.clusters(12, 4, 6, 1000, 2);

    assertThat(KMeans.clusters(set, 12, 1, manager, Watch.NOBODY))
        .doesNotHaveDuplicates()
        .hasSize(12);
    assertThat(KMeans.clusters(set, 1, 1, manager, Watch.NOBODY)).containsOnly(0);
  }
}
