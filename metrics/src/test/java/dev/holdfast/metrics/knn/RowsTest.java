package dev.holdfast.metrics.knn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowsTest {

  @ParameterizedTest
  @EnumSource
  void keys_of_several_rows_are_those_of_each_bit_for_bit(Distance distance) {
    for (int dimension : new int[] {1, 2, 3, 4, 5, 7, 8, 19, 64}) {
      EmbeddingSet queries = RandomSets.clusters(5, dimension, 2, 100, 1);
      // The last two are a zero vector and a copy of a query.
      EmbeddingSet some = RandomSets.clusters(13, dimension, 3, 200, 2);
      float[] values = some.values().clone();
      for (int i = 0; i < dimension; i++) {
        values[11 * dimension + i] = 0;
        values[12 * dimension + i] = queries.values()[4 * dimension + i];
      }
      Rows rows = Rows.of(queries, "queries");
      Rows others =
          Rows.of(new EmbeddingSet(values, dimension, some.ids(), some.labels()), "gallery");
      for (int count = 0; count <= 13; count++) {
        int[] items = IntStream.range(0, count).map(i -> 12 - i).toArray();
        double[] each =
            IntStream.of(items).mapToDouble(item -> rows.key(4, others, item, distance)).toArray();

        assertThat(rows.keys(4, others, items, distance)).hasSize(count).containsExactly(each);
      }
    }
  }
}
