package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class UtilizationTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new Utilization();
  }

  @Test
  void is_the_squared_distance_to_the_nearest_training_item() {
    try (NDManager manager = NDManager.newBaseManager()) {
      EmbeddingSet items = set(1, new long[2], 1, 4);
      EmbeddingSet training = set(1, new long[2], 2, 7);
      EmbeddingSpace space = EmbeddingSpace.of(items, Distance.COSINE, 1, manager);

      assertThat(metric().value(space)).isNaN();
      assertThat(metric().value(space.withTraining(training)))
          .isCloseTo((1 + 4) / 2.0, within(1e-12));
      assertThatThrownBy(() -> space.withTraining(set(2, new long[1], 1, 2)))
          .hasMessage(
              "The dimension (2) of the training embeddings must be that of the items (1).");
    }
  }

  private static EmbeddingSet set(int dimension, long[] labels, float... values) {
    return new EmbeddingSet(
        values, dimension, LongStream.range(0, labels.length).toArray(), labels);
  }
}
