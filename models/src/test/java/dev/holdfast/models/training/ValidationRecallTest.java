package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.Vectors;
import dev.holdfast.metrics.random.CounterRng;
import org.junit.jupiter.api.Test;

class ValidationRecallTest {

  private static double recall(float[] rows, int dimension, long[] labels, Distance distance) {
    try (NDManager manager = NDManager.newBaseManager()) {
      return ValidationRecall.recallAt1(rows, dimension, labels, distance, manager);
    }
  }

  @Test
  void counts_queries_whose_nearest_other_row_has_their_label() {
    float[] rows = {0, 0, 1, 0, 5, 0, 5.5f, 0, 6.1f, 0};
    // 0 and 1 find each other; 5 finds 5.5 (wrong), 5.5 finds 5 (wrong), 6.1 finds 5.5.
    long[] labels = {1, 1, 2, 3, 3};
    assertThat(recall(rows, 2, labels, Distance.EUCLIDEAN)).isEqualTo(3 / 4.0);
  }

  @Test
  void distances_differ_where_lengths_do() {
    float[] rows = {1, 0, 10, 1, 1, 1, 10, 12};
    long[] labels = {1, 1, 2, 2};
    assertThat(recall(rows, 2, labels, Distance.COSINE)).isEqualTo(1);
    assertThat(recall(rows, 2, labels, Distance.EUCLIDEAN)).isZero();
  }

  @Test
  void a_tie_with_another_class_is_a_miss() {
    float[] rows = {0, 1, -1};
    assertThat(recall(rows, 1, new long[] {1, 1, 2}, Distance.EUCLIDEAN)).isEqualTo(0.5);
  }

  @Test
  void collapsed_embeddings_retrieve_nothing() {
    assertThat(recall(new float[8], 2, new long[] {1, 1, 2, 2}, Distance.COSINE)).isZero();
  }

  @Test
  void where_every_row_is_alone_in_its_class_there_is_no_recall() {
    assertThat(recall(new float[] {1, 2, 3}, 1, new long[] {1, 2, 3}, Distance.DOT)).isNaN();
  }

  @Test
  void embeddings_that_are_not_finite_retrieve_nothing() {
    assertThat(recall(new float[] {1, 1, Float.NaN}, 1, new long[] {1, 1, 1}, Distance.EUCLIDEAN))
        .isZero();
  }

  @Test
  void is_that_of_all_pairs_of_rows() {
    int n = 60;
    float[] rows = new float[2 * n];
    long[] labels = new long[n];
    CounterRng random = CounterRng.of(3, "rows", 0);
    for (int i = 0; i < n; i++) {
      labels[i] = i % 7;
      // On a grid, so that many tie.
      rows[2 * i] = 1 + random.nextInt(5);
      rows[2 * i + 1] = random.nextInt(5);
    }
    for (Distance distance : Distance.values()) {
      int hits = 0;
      for (int q = 0; q < n; q++) {
        double same = Double.POSITIVE_INFINITY;
        double other = Double.POSITIVE_INFINITY;
        for (int g = 0; g < n; g++) {
          double d = Vectors.distance(distance, rows, 2 * q, rows, 2 * g, 2);
          if (g != q && labels[g] == labels[q]) {
            same = Math.min(same, d);
          } else if (g != q) {
            other = Math.min(other, d);
          }
        }
        hits += same < other ? 1 : 0;
      }
      assertThat(recall(rows, 2, labels, distance)).isEqualTo((double) hits / n).isPositive();
    }
  }
}
