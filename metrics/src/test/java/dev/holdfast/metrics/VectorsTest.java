package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class VectorsTest {

  private static final float[] ROWS = {9, 1, 2, 2, -2, 0, 4, 0, 0, 0};

  @Test
  void rows_are_found_where_they_begin() {
    assertThat(Vectors.dot(ROWS, 1, ROWS, 4, 3)).isEqualTo(6);
    assertThat(Vectors.square(ROWS, 1, 3)).isEqualTo(9);
    assertThat(Vectors.squaredDistance(ROWS, 1, ROWS, 4, 3)).isEqualTo(17);
  }

  @Test
  void vectors_in_double_have_the_same_products_and_distances() {
    double[] a = {1, 2, 2};
    double[] b = {-2, 0, 4};
    assertThat(Vectors.dot(a, b)).isEqualTo(6);
    assertThat(Vectors.squaredDistance(a, b)).isEqualTo(17);
  }

  @Test
  void products_of_floats_are_not_rounded_to_floats() {
    float[] large = {1e30f, 1};
    assertThat(Vectors.square(large, 0, 2)).isEqualTo((double) 1e30f * 1e30f + 1);
    assertThat(Vectors.squaredDistance(large, 0, new float[] {-1e30f, 1}, 0, 2))
        .isEqualTo(4 * (double) 1e30f * 1e30f);
  }

  @Test
  void distances_are_those_of_their_definitions() {
    assertThat(Vectors.distance(Distance.EUCLIDEAN, ROWS, 1, ROWS, 4, 3)).isEqualTo(Math.sqrt(17));
    assertThat(Vectors.distance(Distance.DOT, ROWS, 1, ROWS, 4, 3)).isEqualTo(-6);
    assertThat(Vectors.distance(Distance.COSINE, ROWS, 1, ROWS, 4, 3))
        .isCloseTo(1 - 6 / (3 * Math.sqrt(20)), within(1e-15));
  }

  @Test
  void a_zero_vector_has_no_direction_and_an_equal_one_is_never_nearer_than_nothing() {
    assertThat(Vectors.distance(Distance.COSINE, ROWS, 1, ROWS, 7, 3)).isEqualTo(1);
    float[] thirds = {1 / 3f, 1 / 7f, 1 / 11f};
    assertThat(Vectors.distance(Distance.COSINE, thirds, 0, thirds, 0, 3)).isBetween(0.0, 1e-15);
  }
}
