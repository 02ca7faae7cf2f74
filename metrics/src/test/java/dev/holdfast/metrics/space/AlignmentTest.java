package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.EmbeddingSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class AlignmentTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new Alignment();
  }

  @Test
  void is_the_squared_distance_within_classes() {
    EmbeddingSet set = set(2, new long[] {1, 1, 2, 2}, 1, 0, 0, 9, 4, 0, -4, 0);

    assertThat(value(set)).isCloseTo((2 + 4) / 2.0, within(1e-12));
  }

  @Test
  void has_no_value_without_pairs() {
    assertThat(value(set(2, new long[] {1, 2}, 1, 0, 0, 1))).isNaN();
  }

  private static EmbeddingSet set(int dimension, long[] labels, float... values) {
    return new EmbeddingSet(
        values, dimension, LongStream.range(0, labels.length).toArray(), labels);
  }
}
