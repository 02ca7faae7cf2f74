package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class ImpulseNoiseTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new ImpulseNoise();
  }

  @Test
  void replaces_the_stated_share_of_values_by_0_and_1_alike() {
    PixelImage noisy = corrupt(Pictures.plain(224, 224, .5f), 5, Dialect.HENDRYCKS_224, 0);
    int n = noisy.values().length;
    int salt = 0;
    int pepper = 0;
    for (float value : noisy.values()) {
      salt += value == 1 ? 1 : 0;
      pepper += value == 0 ? 1 : 0;
      assertThat(value).isIn(0f, .5f, 1f);
    }
    assertThat(salt / (double) n).isCloseTo(.135, within(.004));
    assertThat(pepper / (double) n).isCloseTo(.135, within(.004));
  }
}
