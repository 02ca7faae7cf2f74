package dev.holdfast.attacks.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GaussianFilterTest {

  /** Lines longer and shorter than the bell are filtered in different ways. */
  @ParameterizedTest
  @EnumSource
  void weighs_every_pixel_and_what_lies_beyond_the_border(Border border) {
    int height = 4;
    int width = 23;
    double[] taps = GaussianFilter.taps(1.7, 4);
    for (int point = 0; point < height * width; point += 7) {
      double[] plane = new double[height * width];
      plane[point] = 1;
      new GaussianFilter(1.7, 4, border).smooth(plane, height, width);
      for (int i = 0; i < plane.length; i++) {
        double down = weight(taps, i / width, point / width, height, border);
        double along = weight(taps, i % width, point % width, width, border);
        assertThat(plane[i]).isCloseTo(down * along, within(1e-15));
      }
    }
  }

  private static double weight(double[] taps, int at, int of, int size, Border border) {
    double weight = 0;
    for (int k = 1 - taps.length; k < taps.length; k++) {
      weight += border.inside(at + k, size) == of ? taps[Math.abs(k)] : 0;
    }
    return weight;
  }

  @Test
  void taps_have_sum_1_and_the_shape_of_a_bell() {
    double[] taps = GaussianFilter.taps(2, 3);
    assertThat(taps).hasSize(7);
    double sum = -taps[0];
    for (int i = 0; i < taps.length; i++) {
      sum += 2 * taps[i];
      assertThat(taps[i] / taps[0]).isCloseTo(Math.exp(-i * i / 8.), within(1e-15));
    }
    assertThat(sum).isCloseTo(1, within(1e-15));
    assertThat(GaussianFilter.taps(0, 4)).containsExactly(1);
  }
}
