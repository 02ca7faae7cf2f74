package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class ScaleTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Scale();
  }

  @Test
  void brings_a_square_to_half_its_side_and_averages_its_pixels() {
    float[] values = new float[3 * 40 * 40];
    for (int y = 12; y < 28; y++) {
      for (int x = 12; x < 28; x++) {
        values[y * 40 + x] = 1;
      }
    }
    float[] small = corrupt(PixelImage.rgb(40, 40, values), 5, Dialect.HENDRYCKS_32, 0).values();
    assertThat(small[20 * 40 + 20]).isEqualTo(1);
    assertThat(small[20 * 40 + 14]).isZero();
    double sum = 0;
    for (int y = 10; y < 30; y++) {
      for (int x = 10; x < 30; x++) {
        sum += small[y * 40 + x];
      }
    }
    assertThat(sum).isCloseTo(64, within(1e-3));
  }
}
