package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EmbeddingSetTest {

  private final EmbeddingSet set =
      new EmbeddingSet(
          new float[] {1, 2, 3, 4, 5, 6}, 2, new long[] {10, 20, 30}, new long[] {7, 8, 7});

  @Test
  void counts_its_items() {
    assertThat(set.size()).isEqualTo(3);
  }

  @Test
  void copies_a_row() {
    float[] row = set.row(1);
    row[0] = 9;

    assertThat(row).containsExactly(9, 4);
    assertThat(set.row(1)).containsExactly(3, 4);
  }

  @Test
  void selects_rows_in_the_order_asked_for() {
    EmbeddingSet picked = set.select(new int[] {2, 0, 2});

    assertThat(picked.values()).containsExactly(5, 6, 1, 2, 5, 6);
    assertThat(picked.ids()).containsExactly(30, 10, 30);
    assertThat(picked.labels()).containsExactly(7, 7, 7);
    assertThat(picked.dimension()).isEqualTo(2);
  }

  @Test
  void keeps_groups_with_their_items() {
    EmbeddingSet grouped =
        new EmbeddingSet(set.values(), 2, set.ids(), set.labels(), new long[] {4, 5, 4});

    assertThat(grouped.select(new int[] {1, 2}).groups()).containsExactly(5, 4);
    assertThat(set.select(new int[] {1, 2}).groups()).isNull();
  }

  @Test
  void codes_signs_with_zero_as_negative() {
    EmbeddingSet codes =
        new EmbeddingSet(new float[] {0.1f, -3, 0, -0f}, 2, new long[] {1, 2}, new long[] {5, 6})
            .signCodes();

    assertThat(codes.values()).containsExactly(1, -1, -1, -1);
    assertThat(codes.ids()).containsExactly(1, 2);
    assertThat(codes.labels()).containsExactly(5, 6);
  }

  @Test
  void may_be_empty() {
    assertThat(set.select(new int[0]).size()).isZero();
  }

  @Test
  void refuses_sizes_that_do_not_fit() {
    assertThatThrownBy(() -> new EmbeddingSet(new float[5], 2, new long[3], new long[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The embeddings (5 values, dimension 2) must match 3 ids and 3 labels.");
    assertThatThrownBy(() -> new EmbeddingSet(new float[6], 2, new long[3], new long[2]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new EmbeddingSet(new float[0], 0, new long[3], new long[3]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new EmbeddingSet(new float[6], 2, new long[3], new long[3], new long[2]))
        .hasMessage("The groups (2) must be as many as the ids (3).");
  }
}
