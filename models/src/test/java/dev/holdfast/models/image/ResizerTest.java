package dev.holdfast.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.digest.Sha256;
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

    RgbImage fitted = Resizer.fit(image, new InputSpec(9, 9, ColorMode.RGB, filter, 9));

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

  /** Sizes at which mistakes of one pixel show; the levels are Pillow's. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | 1 | 7 | 7 | 5 | bilinear | d2160ba9ba2dd1d8
          1 | 1 | 7 | 7 | 5 | bicubic | d2160ba9ba2dd1d8
          1 | 2 | 8 | 8 | 8 | bilinear | 4db10137c6a34b42
          1 | 2 | 8 | 8 | 8 | bicubic | eb867d8daa3de7ea
          1 | 500 | 3 | 3 | 2 | bilinear | 71c111bd366a9a51
          1 | 500 | 3 | 3 | 2 | bicubic | 5524c33369d7cfa7
          500 | 1 | 3 | 1 | 3 | bilinear | e77dcef509ccccda
          500 | 1 | 3 | 1 | 3 | bicubic | 60c8689aea647e7a
          3 | 700 | 9 | 8 | 9 | bilinear | 6c78227f97045352
          3 | 700 | 9 | 8 | 9 | bicubic | e0ce508a6ec4b804
          2 | 2 | 31 | 31 | 30 | bilinear | 2435ebd411b4fc67
          2 | 2 | 31 | 31 | 30 | bicubic | fac64875024c220d
          5 | 7 | 5 | 5 | 5 | bilinear | 814a1152a09efe6b
          5 | 7 | 5 | 5 | 5 | bicubic | 814a1152a09efe6b
          97 | 130 | 256 | 224 | 224 | bilinear | bf987c8a44ee9a62
          97 | 130 | 256 | 224 | 224 | bicubic | 12a15daf55dd03d3
          31 | 33 | 32 | 31 | 30 | bilinear | 936631c7ac059ec5
          31 | 33 | 32 | 31 | 30 | bicubic | ea0733fb0bbddec1
          255 | 257 | 64 | 64 | 63 | bilinear | 081970bef9c1956a
          255 | 257 | 64 | 64 | 63 | bicubic | a6c968bda7be0722
          640 | 3 | 2 | 2 | 2 | bilinear | 2b21dd3286ee857f
          640 | 3 | 2 | 2 | 2 | bicubic | ae536c8d1ed2f491
          """)
  void resizes_extreme_sizes_as_pillow_does(
      int width,
      int height,
      int shortSide,
      int cropWidth,
      int cropHeight,
      String filter,
      String sha)
      throws IOException {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ((i * 7919L * (i % 13 + 1)) >> 3);
    }
    InputSpec spec =
        new InputSpec(cropHeight, cropWidth, ColorMode.RGB, ResizeFilter.of(filter), shortSide);

    assertThat(
            Sha256.hex(Resizer.fit(new RgbImage(width, height, rgb), spec).rgb()).substring(0, 16))
        .isEqualTo(sha);
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
