package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.EmbeddingSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class EffectiveRankTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new EffectiveRank();
  }

  @Test
  void counts_equal_dimensions() {
    EmbeddingSet set = set(3, new long[4], 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0);

    assertThat(value(set)).isCloseTo(3, within(1e-9));
  }

  @Test
  void is_one_for_a_line_and_none_for_a_point() {
    assertThat(value(set(3, new long[2], 1, 2, 3, -2, -4, -6))).isCloseTo(1, within(1e-6));
    assertThat(value(set(3, new long[2], 0, 0, 0, 0, 0, 0))).isNaN();
  }

  private static EmbeddingSet set(int dimension, long[] labels, float... values) {
    return new EmbeddingSet(
        values, dimension, LongStream.range(0, labels.length).toArray(), labels);
  }
}
