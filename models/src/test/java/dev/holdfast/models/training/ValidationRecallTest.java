package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.Distance;
import org.junit.jupiter.api.Test;

class ValidationRecallTest {

  @Test
  void counts_queries_whose_nearest_other_row_has_their_label() {
    float[] rows = {0, 0, 1, 0, 5, 0, 5.5f, 0, 6.1f, 0};
    // 0 and 1 find each other; 5 finds 5.5 (wrong), 5.5 finds 5 (wrong), 6.1 finds 5.5.
    long[] labels = {1, 1, 2, 3, 3};
    assertThat(ValidationRecall.recallAt1(rows, 2, labels, Distance.EUCLIDEAN)).isEqualTo(3 / 4.0);
  }

  @Test
  void distances_differ_where_lengths_do() {
    float[] rows = {1, 0, 10, 1, 1, 1, 10, 12};
    long[] labels = {1, 1, 2, 2};
    assertThat(ValidationRecall.recallAt1(rows, 2, labels, Distance.COSINE)).isEqualTo(1);
    assertThat(ValidationRecall.recallAt1(rows, 2, labels, Distance.EUCLIDEAN)).isZero();
  }

  @Test
  void a_tie_with_another_class_is_a_miss() {
    float[] rows = {0, 1, -1};
    assertThat(ValidationRecall.recallAt1(rows, 1, new long[] {1, 1, 2}, Distance.EUCLIDEAN))
        .isEqualTo(0.5);
  }

  @Test
  void collapsed_embeddings_retrieve_nothing() {
    assertThat(
            ValidationRecall.recallAt1(new float[8], 2, new long[] {1, 1, 2, 2}, Distance.COSINE))
        .isZero();
  }
}
