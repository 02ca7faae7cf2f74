package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResizerTest {

  @ParameterizedTest
  @EnumSource(ResizeFilter.class)
  void leaves_an_image_of_the_right_size_alone(ResizeFilter filter) throws IOException {
    RgbImage image = ramp(9, 9);

    RgbImage fitted = Resizer.fit(image, new InputSpec(9, 9, ColorMode.RGB, filter, 9, "center"));

    assertThat(fitted.rgb()).isEqualTo(image.rgb());
  }

  @ParameterizedTest
  @EnumSource(ResizeFilter.class)
  void keeps_a_flat_image_flat_up_to_the_border(ResizeFilter filter) {
    byte[] flat = new byte[3 * 13 * 7];
    Arrays.fill(flat, (byte) 201);

    RgbImage resized = Resizer.resize(new RgbImage(13, 7, flat), 5, 31, filter);

    assertThat(resized.rgb()).hasSize(3 * 5 * 31).containsOnly((byte) 201);
  }

  @ParameterizedTest
  @CsvSource({"5,4,0", "7,4,2", "9,4,2", "11,4,4", "110,96,7", "4,4,0"})
  void crops_at_half_the_rest_with_halves_to_the_even_side(int size, int crop, int offset) {
    assertThat(Resizer.offset(size, crop)).isEqualTo(offset);
  }

  @Test
  void cuts_out_the_center() {
    RgbImage cropped = Resizer.centerCrop(ramp(6, 4), 2, 2);

    assertThat(cropped.rgb()).containsExactly(pixels(12, 13, 22, 23));
  }

  @Test
  void refuses_an_image_whose_resized_long_side_has_no_bounds() {
    RgbImage thread = new RgbImage(2_000_000, 1, new byte[6_000_000]);

    assertThatThrownBy(() -> Resizer.fit(thread, Fixtures.SMALL))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("2000000 x 1");
  }

  /** Pixel (x, y) has the levels 10 y + x. */
  private static RgbImage ramp(int width, int height) {
    int[] levels = new int[width * height];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = 10 * (i / width) + i % width;
    }
    return new RgbImage(width, height, pixels(levels));
  }

  private static byte[] pixels(int... levels) {
    byte[] rgb = new byte[3 * levels.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) levels[i / 3];
    }
    return rgb;
  }
}
