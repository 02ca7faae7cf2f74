package dev.holdfast.attacks.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class Int8QuantizationTest implements EmbeddingAttackContract {

  @Override
  public EmbeddingAttack attack() {
    return new Int8Quantization(null);
  }

  @Override
  public boolean random() {
    return false;
  }

  private static float[] quantized(String per, EmbeddingSet items, EmbeddingSet gallery) {
    return new Int8Quantization(per)
        .move(items, EmbeddingAttackContract.scene(gallery, Distance.EUCLIDEAN, 7))
        .embeddings()
        .values();
  }

  @Test
  void rounds_to_multiples_of_the_largest_number_by_127() {
    EmbeddingSet gallery =
        new EmbeddingSet(
            new float[] {127, 0.4f, -0.6f, 12.7f, -2.5f, 63.4f},
            2,
            new long[] {1, 2, 3},
            new long[] {1, 1, 2});
    assertThat(quantized("tensor", gallery, gallery)).containsExactly(127, 0, -1, 13, -2, 63);
    // In the second dimension the step is 63.4 / 127 = 0.49921, rounded up to 12 bits: 0.49927.
    float[] each = quantized("dimension", gallery, gallery);
    assertThat(each[0]).isEqualTo(127);
    assertThat(each[1]).isCloseTo(0.49927f, within(1e-4f));
    assertThat(each[3]).isCloseTo(25 * 0.49927f, within(1e-3f));
    assertThat(each[5]).isCloseTo(63.4f, within(0.02f));
  }

  @Test
  void no_number_inside_the_range_moves_by_more_than_half_a_step() {
    EmbeddingSet gallery = EmbeddingAttackContract.items(100, 12, 4, 0.7, 1);
    float largest = 0;
    for (float value : gallery.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    float[] moved = quantized("tensor", gallery, gallery);
    double step = largest / 127 * (1 + 1.0 / 2048);
    java.util.Set<Long> codes = new java.util.HashSet<>();
    for (int i = 0; i < moved.length; i++) {
      assertThat(Math.abs(moved[i] - gallery.values()[i])).isLessThanOrEqualTo((float) (step / 2));
      codes.add(Math.round(moved[i] / step));
    }
    assertThat(codes).hasSizeBetween(150, 255);
  }

  @Test
  void twice_is_the_same_as_once() {
    for (String per : new String[] {"tensor", "dimension"}) {
      EmbeddingSet gallery = EmbeddingAttackContract.items(100, 12, 4, 0.7, 1);
      float[] once = quantized(per, gallery, gallery);
      EmbeddingSet stored = new EmbeddingSet(once, 12, gallery.ids(), gallery.labels());
      assertThat(quantized(per, stored, gallery)).isEqualTo(once);
    }
  }

  @Test
  void queries_are_cut_off_at_the_range_of_the_gallery() {
    EmbeddingSet gallery =
        new EmbeddingSet(new float[] {1, -2}, 1, new long[] {1, 2}, new long[] {1, 2});
    EmbeddingSet far =
        new EmbeddingSet(new float[] {50, -50}, 1, new long[] {3, 4}, new long[] {1, 2});
    float[] moved = quantized("tensor", far, gallery);
    assertThat(moved[0]).isCloseTo(2, within(0.002f));
    assertThat(moved[1]).isEqualTo(-moved[0]);
  }

  @Test
  void distances_that_are_equal_between_codes_stay_equal() {
    // Steps like 0.1 have no exact float: sums of their multiples would differ by their order.
    EmbeddingSet gallery =
        new EmbeddingSet(
            new float[] {12.7f, 0, 0.1f, 0.2f, 0.2f, 0.1f},
            2,
            new long[] {1, 2, 3},
            new long[] {1, 1, 2});
    float[] moved = quantized("tensor", gallery, gallery);
    assertThat(moved[2]).isEqualTo(moved[5]);
    assertThat(moved[3]).isEqualTo(moved[4]);
    double step = moved[2];
    assertThat((double) moved[3]).isEqualTo(2 * step);
    assertThat((double) moved[0]).isEqualTo(127 * step);
  }

  @Test
  void refuses_an_unknown_grouping() {
    assertThat(new Int8Quantization(null)).isEqualTo(new Int8Quantization("tensor"));
    assertThat(new Int8Quantization("dimension").label()).isEqualTo("int8-quantization-dimension");
    assertThatThrownBy(() -> new Int8Quantization("tensors"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("per (tensors)")
        .hasMessageContaining("you meant tensor");
  }
}
