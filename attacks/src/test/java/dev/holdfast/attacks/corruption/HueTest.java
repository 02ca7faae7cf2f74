package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class HueTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Hue();
  }

  @Test
  void half_a_turn_makes_the_complement_and_gray_stays_gray() {
    PixelImage clean =
        PixelImage.rgb(1, 3, new float[] {.8f, .2f, .5f, .2f, .6f, .5f, .2f, .2f, .5f});
    assertThat(corrupt(clean, 5, Dialect.HENDRYCKS_224, 0).values())
        .containsExactly(new float[] {.2f, .6f, .5f, .8f, .2f, .5f, .8f, .6f, .5f}, within(1e-6f));
  }

  @Test
  void a_tenth_of_a_turn_takes_red_towards_yellow_or_magenta() {
    float[] turned =
        corrupt(PixelImage.rgb(1, 1, new float[] {1, 0, 0}), 2, Dialect.HENDRYCKS_224, 0).values();
    assertThat(turned[0]).isEqualTo(1);
    assertThat(Math.max(turned[1], turned[2])).isCloseTo(.6f, within(1e-6f));
    assertThat(Math.min(turned[1], turned[2])).isZero();
  }
}
