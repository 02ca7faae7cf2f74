package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class ShotNoiseTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new ShotNoise();
  }

  @Test
  void counts_photons_whose_variance_is_their_mean() {
    PixelImage clean = Pictures.plain(224, 224, .5f);
    PixelImage noisy = corrupt(clean, 1, Dialect.HENDRYCKS_224, 0);
    double mean = 0;
    for (float value : noisy.values()) {
      mean += value / (double) noisy.values().length;
      assertThat(value * 60).isCloseTo(Math.round(value * 60), within(1e-4f));
    }
    assertThat(mean).isCloseTo(.5, within(.002));
    assertThat(Pictures.rms(clean, noisy)).isCloseTo(Math.sqrt(.5 / 60), within(.001));
  }

  @Test
  void leaves_black_black() {
    PixelImage black = Pictures.plain(9, 9, 0);
    assertThat(corrupt(black, 5, Dialect.HENDRYCKS_224, 0).values()).containsOnly(0);
  }
}
