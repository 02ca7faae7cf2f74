package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class GaussianNoiseTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new GaussianNoise();
  }

  @Test
  void adds_noise_of_the_stated_deviation_and_mean_zero() {
    PixelImage clean = Pictures.plain(224, 224, .5f);
    PixelImage noisy = corrupt(clean, 1, Dialect.HENDRYCKS_224, 0);
    double mean = 0;
    for (float value : noisy.values()) {
      mean += value / (double) noisy.values().length;
    }
    assertThat(mean).isCloseTo(.5, within(.001));
    assertThat(Pictures.rms(clean, noisy)).isCloseTo(.08, within(.001));
  }

  @Test
  void differs_between_items_seeds_and_dialects() {
    PixelImage clean = Pictures.plain(8, 8, .5f);
    float[] one = corrupt(clean, 1, Dialect.HENDRYCKS_32, 1).values();
    assertThat(corrupt(clean, 1, Dialect.HENDRYCKS_32, 2).values()).isNotEqualTo(one);
    assertThat(corrupt(clean, 1, Dialect.HENDRYCKS_64, 1).values()).isNotEqualTo(one);
    assertThat(
            corruption()
                .apply(
                    clean,
                    1,
                    Dialect.HENDRYCKS_32,
                    Corruption.rng(8, 1, corruption().id(), 1, Dialect.HENDRYCKS_32))
                .values())
        .isNotEqualTo(one);
  }
}
