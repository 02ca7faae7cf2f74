package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.Border;
import dev.holdfast.attacks.imaging.PixelImage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DefocusBlurTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new DefocusBlur();
  }

  @Test
  void spreads_a_point_over_a_disk() {
    float[] values = new float[3 * 41 * 41];
    values[20 * 41 + 20] = 1;
    PixelImage blurred = corrupt(PixelImage.rgb(41, 41, values), 1, Dialect.HENDRYCKS_224, 0);
    float[] disk = new float[values.length];
    for (int y = -3; y <= 3; y++) {
      for (int x = -3; x <= 3; x++) {
        disk[(20 + y) * 41 + 20 + x] = x * x + y * y <= 9 ? 1 / 29f : 0;
      }
    }
    assertThat(blurred.values()).containsExactly(disk, within(1e-6f));
  }

  @Test
  void mirrors_the_picture_without_repeating_its_border() {
    assertThat(IntStream.rangeClosed(-5, 7).map(i -> Border.MIRROR.inside(i, 3)).toArray())
        .containsExactly(1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1);
    assertThat(Border.MIRROR.inside(-8, 1)).isZero();
  }

  @Test
  void brightens_where_the_published_kernel_touches_its_border() {
    PixelImage blurred = corrupt(Pictures.plain(30, 30, .5f), 5, Dialect.HENDRYCKS_224, 0);
    for (float value : blurred.values()) {
      assertThat(value).isCloseTo(.50539f, within(1e-5f));
    }
  }
}
