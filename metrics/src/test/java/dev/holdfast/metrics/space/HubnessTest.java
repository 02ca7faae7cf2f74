package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class HubnessTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new Hubness(2);
  }

  @Test
  void is_the_skewness_of_how_often_items_are_found() {
    // A star: everybody finds the middle, and nobody the same second item.
    EmbeddingSet set = set(1, new long[5], 0, 1, -2, 4, -8);
    // Found by the nearest two of each: 0 by all but itself, ...
    int[] found = new int[5];
    for (int q = 0; q < 5; q++) {
      int query = q;
      IntStream.range(0, 5)
          .filter(i -> i != query)
          .boxed()
          .sorted(Comparator.comparingDouble(i -> Math.abs(set.values()[i] - set.values()[query])))
          .limit(2)
          .forEach(i -> found[i]++);
    }
    double mean = 2;
    double two = 0;
    double three = 0;
    for (int count : found) {
      two += Math.pow(count - mean, 2) / 5;
      three += Math.pow(count - mean, 3) / 5;
    }

    assertThat(value(set)).isCloseTo(three / Math.pow(two, 1.5), within(1e-12));
  }

  @Test
  void is_zero_where_all_are_found_equally_often() {
    assertThat(value(set(2, new long[4], 1, 0, 0, 1, -1, 0, 0, -1))).isZero();
  }

  @Test
  void refuses_a_k_below_one() {
    assertThatThrownBy(() -> new Hubness(0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The k (0) of hubness must be at least 1.");
  }

  private static EmbeddingSet set(int dimension, long[] labels, float... values) {
    return new EmbeddingSet(
        values, dimension, LongStream.range(0, labels.length).toArray(), labels);
  }
}
