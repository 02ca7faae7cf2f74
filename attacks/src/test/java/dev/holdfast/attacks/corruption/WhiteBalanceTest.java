package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class WhiteBalanceTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new WhiteBalance();
  }

  @Test
  void red_gains_what_blue_loses_or_the_other_way_round() {
    float[] color =
        corrupt(PixelImage.rgb(1, 1, new float[] {.3f, .4f, .3f}), 5, Dialect.HENDRYCKS_224, 0)
            .values();
    assertThat(color[1]).isEqualTo(.4f);
    assertThat(color[0] * color[2]).isCloseTo(.09f, within(1e-6f));
    assertThat(Math.max(color[0], color[2])).isCloseTo(.54f, within(1e-6f));
  }
}
