package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class BrightnessTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Brightness();
  }

  @Test
  void keeps_hue_and_saturation_and_turns_black_into_gray() {
    PixelImage clean = PixelImage.rgb(1, 3, new float[] {.4f, 0, .9f, .2f, 0, .45f, .1f, 0, 0});
    PixelImage bright = corrupt(clean, 2, Dialect.HENDRYCKS_224, 0);
    assertThat(bright.values())
        .containsExactly(new float[] {.6f, .2f, 1, .3f, .2f, .5f, .15f, .2f, 0}, within(1e-6f));
  }
}
