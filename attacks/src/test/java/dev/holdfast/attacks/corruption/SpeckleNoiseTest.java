package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class SpeckleNoiseTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new SpeckleNoise();
  }

  @Test
  void adds_noise_in_proportion_to_the_value() {
    for (float value : new float[] {0, .1f, .4f}) {
      PixelImage clean = Pictures.plain(224, 224, value);
      PixelImage noisy = corrupt(clean, 1, Dialect.HENDRYCKS_224, 0);
      assertThat(Pictures.rms(clean, noisy)).isCloseTo(.15 * value, within(.01 * value + 1e-9));
    }
  }
}
