package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class ZoomBlurTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new ZoomBlur();
  }

  @Test
  void keeps_a_plain_picture_and_the_middle_of_a_ramp() {
    PixelImage plain = Pictures.plain(31, 17, .3f);
    assertThat(corrupt(plain, 5, Dialect.HENDRYCKS_224, 0).values())
        .usingComparatorWithPrecision(1e-6f)
        .containsOnly(.3f);
    float[] ramp = new float[3 * 65 * 65];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = i % 65 / 64f;
    }
    PixelImage blurred = corrupt(PixelImage.rgb(65, 65, ramp), 5, Dialect.HENDRYCKS_64, 0);
    assertThat(blurred.values()[32 * 65 + 32]).isCloseTo(.5f, within(.01f));
    assertThat(blurred.values()[32 * 65]).isGreaterThan(.03f);
    assertThat(blurred.values()[32 * 65 + 64]).isLessThan(.97f);
  }
}
