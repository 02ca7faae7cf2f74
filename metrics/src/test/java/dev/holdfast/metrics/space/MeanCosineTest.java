package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.EmbeddingSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class MeanCosineTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new MeanCosine();
  }

  @Test
  void is_the_mean_over_different_pairs() {
    EmbeddingSet set = set(2, new long[3], 1, 0, 0, 2, -3, 0);

    assertThat(value(set)).isCloseTo(-1 / 3.0, within(1e-12));
  }

  @Test
  void is_one_for_collapsed_embeddings() {
    assertThat(value(set(2, new long[3], 1, 1, 2, 2, 5, 5))).isCloseTo(1, within(1e-12));
  }

  private static EmbeddingSet set(int dimension, long[] labels, float... values) {
    return new EmbeddingSet(
        values, dimension, LongStream.range(0, labels.length).toArray(), labels);
  }
}
