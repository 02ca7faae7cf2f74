package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class GrayscaleTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Grayscale();
  }

  @Test
  void takes_a_share_of_the_color_away_and_keeps_the_luma() {
    PixelImage red = PixelImage.rgb(1, 1, new float[] {1, 0, 0});
    assertThat(corrupt(red, 5, Dialect.HENDRYCKS_224, 0).values())
        .containsExactly(new float[] {.299f, .299f, .299f}, within(1e-6f));
    assertThat(corrupt(red, 2, Dialect.HENDRYCKS_224, 0).values())
        .containsExactly(new float[] {.7196f, .1196f, .1196f}, within(1e-6f));
  }
}
