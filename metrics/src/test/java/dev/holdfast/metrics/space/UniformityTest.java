package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.knn.RandomSets;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class UniformityTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new Uniformity();
  }

  @Test
  void is_the_logarithm_of_the_mean_kernel() {
    EmbeddingSet set = set(2, new long[3], 1, 0, 0, 1, -1, 0);

    assertThat(value(set)).isCloseTo(Math.log((2 * Math.exp(-4) + Math.exp(-8)) / 3), within(1e-6));
  }

  @Test
  void is_zero_for_one_direction() {
    assertThat(value(set(2, new long[3], 1, 0, 3, 0, 0.5f, 0))).isZero();
  }

  @Test
  void takes_zero_vectors_for_points_in_the_middle() {
    EmbeddingSet set = set(2, new long[3], 0, 0, 0, 0, 0, 2);

    assertThat(value(set)).isCloseTo(Math.log((1 + 2 * Math.exp(-2)) / 3), within(1e-6));
  }

  @Test
  void counts_every_pair_of_more_than_a_block() {
    EmbeddingSet set = RandomSets.clusters(2100, 3, 5, 5000, 1);
    double sum = 0;
    for (int i = 0; i < set.size(); i++) {
      for (int j = 0; j < i; j++) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int d = 0; d < 3; d++) {
          double a = set.values()[i * 3 + d];
          double b = set.values()[j * 3 + d];
          dot += a * b;
          aa += a * a;
          bb += b * b;
        }
        sum += Math.exp(-2 * (2 - 2 * dot / Math.sqrt(aa * bb)));
      }
    }
    double mean = sum / (set.size() * (set.size() - 1.0) / 2);

    assertThat(value(set)).isCloseTo(Math.log(mean), within(2e-6));
  }

  private static EmbeddingSet set(int dimension, long[] labels, float... values) {
    return new EmbeddingSet(
        values, dimension, LongStream.range(0, labels.length).toArray(), labels);
  }
}
