package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.EmbeddingSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class DensityRatioTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new DensityRatio();
  }

  @Test
  void compares_distances_within_classes_with_those_between_their_means() {
    // Two classes, 90 degrees wide each, whose means are 180 degrees apart.
    EmbeddingSet set = set(2, new long[] {1, 1, 2, 2}, 1, 0, 0, 1, -1, 0, 0, -1);

    assertThat(value(set)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void skips_classes_of_one_item_within_and_counts_them_between() {
    EmbeddingSet set = set(2, new long[] {1, 1, 2}, 1, 0, 0, 1, -1, -1);

    assertThat(value(set)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void has_no_value_for_one_class_or_for_single_items_alone() {
    assertThat(value(set(2, new long[] {1, 1}, 1, 0, 0, 1))).isNaN();
    assertThat(value(set(2, new long[] {1, 2}, 1, 0, 0, 1))).isNaN();
  }

  private static EmbeddingSet set(int dimension, long[] labels, float... values) {
    return new EmbeddingSet(
        values, dimension, LongStream.range(0, labels.length).toArray(), labels);
  }
}
