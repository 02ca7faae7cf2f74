package dev.holdfast.attacks.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.trust.Finding.Level;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EmbeddingCollapseTest {

  private static final int SIZE = 200;
  private static final int DIMENSION = 16;

  /** Entry k of a row is a function of a normal number of its own. */
  private static EmbeddingSet set(RowFunction function) {
    float[] values = new float[SIZE * DIMENSION];
    for (int i = 0; i < SIZE; i++) {
      CounterRng rng = CounterRng.of(3, "shape", i);
      double[] normal =
          IntStream.range(0, DIMENSION).mapToDouble(k -> rng.nextGaussian()).toArray();
      IntToDoubleFunction row = function.of(normal);
      for (int k = 0; k < DIMENSION; k++) {
        values[i * DIMENSION + k] = (float) row.applyAsDouble(k);
      }
    }
    return new EmbeddingSet(
        values,
        DIMENSION,
        IntStream.range(0, SIZE).asLongStream().toArray(),
        IntStream.range(0, SIZE).mapToLong(i -> i % 10).toArray());
  }

  private interface RowFunction {
    IntToDoubleFunction of(double[] normal);
  }

  @Test
  void embeddings_in_all_directions_are_fine() {
    EmbeddingSet set = set(z -> k -> z[k]);
    assertThat(EmbeddingCollapse.spread(set).level()).isEqualTo(Level.OK);
    assertThat(EmbeddingCollapse.levels(set).level()).isEqualTo(Level.OK);
    assertThat(EmbeddingCollapse.spread(set).figures().get("effective_axes")).isGreaterThan(10);
  }

  @Test
  void a_point_a_cone_and_a_line_are_named() {
    Finding point = EmbeddingCollapse.spread(set(z -> k -> 1 + 1e-7 * z[k]));
    assertThat(point.level()).isEqualTo(Level.UNRELIABLE);
    assertThat(point.text()).contains("collapsed", "rounding");
    Finding cone = EmbeddingCollapse.spread(set(z -> k -> 1 + 0.01 * z[k]));
    assertThat(cone.level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(cone.text()).contains("nearly collapsed");
    Finding line = EmbeddingCollapse.spread(set(z -> k -> Math.sin(k) + z[0] * Math.cos(k)));
    assertThat(line.level()).isEqualTo(Level.OK);
    Finding straight = EmbeddingCollapse.spread(set(z -> k -> Math.sin(k) * Math.signum(z[0])));
    assertThat(straight.level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(straight.text()).contains("line");
    Finding zero = EmbeddingCollapse.spread(set(z -> k -> 0));
    assertThat(zero.level()).isEqualTo(Level.UNRELIABLE);
  }

  @Test
  void codes_of_few_levels_are_suspicious_also_when_scaled() {
    for (double scale : new double[] {1, 0.1234}) {
      Finding signs = EmbeddingCollapse.levels(set(z -> k -> scale * Math.signum(z[k])));
      assertThat(signs.level()).isEqualTo(Level.SUSPICIOUS);
      assertThat(signs.text()).contains("hash");
      Finding levels = EmbeddingCollapse.levels(set(z -> k -> scale * Math.round(2 * z[k])));
      assertThat(levels.level()).isEqualTo(Level.SUSPICIOUS);
    }
  }

  private static Finding duplicates(EmbeddingSet set, IntToDoubleFunction pixels) {
    return EmbeddingCollapse.duplicates(
        set,
        IntStream.range(0, SIZE).mapToLong(i -> (long) pixels.applyAsDouble(i)).toArray(),
        IntStream.range(0, SIZE).mapToObj(i -> "image-" + i).toList());
  }

  @Test
  void different_images_with_one_embedding_are_counted() {
    EmbeddingSet set = set(z -> k -> z[k]);
    assertThat(duplicates(set, i -> i).level()).isEqualTo(Level.OK);
    EmbeddingSet coarse = set(z -> k -> Math.signum(z[0]));
    Finding finding = duplicates(coarse, i -> i);
    assertThat(finding.level()).isEqualTo(Level.UNRELIABLE);
    assertThat(finding.text()).contains("200 of 200");
  }

  @Test
  void equal_images_in_two_classes_are_named_with_an_example() {
    EmbeddingSet set = set(z -> k -> z[k]);
    Finding across = duplicates(set, i -> i == 7 ? 3 : i);
    assertThat(across.level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(across.text()).contains("two classes", "image-3 and image-7");
    assertThat(across.figures()).containsEntry("duplicate_images_across_classes", 2.0);
  }

  @Test
  void equal_images_in_one_class_are_suspicious_where_they_are_many() {
    EmbeddingSet set = set(z -> k -> z[k]);
    // Items i and i + 10 are of one class.
    Finding one = duplicates(set, i -> i == 10 ? 0 : i);
    assertThat(one.level()).isEqualTo(Level.OK);
    assertThat(one.figures()).containsEntry("duplicate_images", 2.0);
    Finding many = duplicates(set, i -> i < 20 ? i % 10 : i);
    assertThat(many.level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(many.text()).contains("20 of 200 images are there twice");
  }

  @Test
  void equal_images_may_have_equal_embeddings() {
    float[] values = set(z -> k -> z[k]).values().clone();
    System.arraycopy(values, 0, values, 10 * DIMENSION, DIMENSION);
    EmbeddingSet pair =
        new EmbeddingSet(values, DIMENSION, set(z -> k -> 0).ids(), set(z -> k -> 0).labels());
    assertThat(duplicates(pair, i -> i == 10 ? 0 : i).figures())
        .containsEntry("duplicate_embeddings", 0.0);
    assertThat(duplicates(pair, i -> i).figures()).containsEntry("duplicate_embeddings", 2.0);
    assertThat(List.of(duplicates(pair, i -> i).level())).containsExactly(Level.OK);
  }
}
