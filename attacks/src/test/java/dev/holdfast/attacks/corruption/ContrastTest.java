package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class ContrastTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Contrast();
  }

  @Test
  void scales_each_channel_about_its_own_mean() {
    PixelImage clean = PixelImage.rgb(1, 2, new float[] {.2f, .4f, 0, 1, .7f, .7f});
    PixelImage flat = corrupt(clean, 2, Dialect.HENDRYCKS_32, 0);
    assertThat(flat.values())
        .containsExactly(new float[] {.25f, .35f, .25f, .75f, .7f, .7f}, within(1e-6f));
  }
}
