package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PixelateTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Pixelate();
  }

  @Test
  void shows_blocks_of_the_mean_level() {
    float[] values = new float[3 * 2 * 4];
    int[] levels = {10, 20, 0, 255, 30, 40, 0, 255};
    for (int i = 0; i < levels.length; i++) {
      values[i] = levels[i] / 255f;
    }
    PixelImage blocks = corrupt(PixelImage.rgb(2, 4, values), 5, Dialect.HENDRYCKS_64, 0);
    float[] expected = new float[values.length];
    for (int i = 0; i < levels.length; i++) {
      expected[i] = (i % 4 < 2 ? 25 : 128) / 255f;
    }
    assertThat(blocks.values()).containsExactly(expected, within(1e-6f));
  }

  @Test
  void truncates_to_levels_but_never_lowers_a_level() {
    for (int level = 0; level <= 255; level++) {
      assertThat(EightBit.truncate(level / 255f)).isEqualTo(level);
      assertThat(EightBit.truncate(Math.min(1, (level + .9f) / 255))).isEqualTo(level);
    }
  }
}
