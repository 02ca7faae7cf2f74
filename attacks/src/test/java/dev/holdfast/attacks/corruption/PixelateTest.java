package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.BoxResize;
import dev.holdfast.attacks.imaging.EightBit;
import dev.holdfast.attacks.imaging.PixelImage;
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
  void there_and_back_at_once_is_two_resizes() {
    for (int side = 1; side <= 230; side++) {
      PixelImage clean = Pictures.detailed(2, side, side);
      int[] levels = EightBit.truncate(clean);
      for (double scale : new double[] {.95, .9, .85, .8, .75, .7, .65, .6, .5, .4, .3, .25}) {
        int small = Math.max(1, (int) (side * scale));
        int[] twice =
            BoxResize.resize(BoxResize.resize(levels, 2, side, 1, small), 1, small, 2, side);
        assertThat(BoxResize.thereAndBack(clean, 1, small).values())
            .as("%d pixels by way of %d", side, small)
            .isEqualTo(EightBit.image(2, side, twice).values());
      }
    }
  }

  @Test
  void truncates_to_levels_but_never_lowers_a_level() {
    for (int level = 0; level <= 255; level++) {
      assertThat(EightBit.truncate(level / 255f)).isEqualTo(level);
      assertThat(EightBit.truncate(Math.min(1, (level + .9f) / 255))).isEqualTo(level);
    }
  }
}
