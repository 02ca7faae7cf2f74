package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class ReencodingTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Reencoding();
  }

  @Test
  void returns_whole_levels_and_gray_as_it_was() {
    for (float value : corrupt(Pictures.detailed(40, 30, 1), 4, Dialect.HENDRYCKS_64, 0).values()) {
      assertThat(value * 255).isCloseTo(Math.round(value * 255), within(1e-4f));
    }
    PixelImage gray = Pictures.plain(40, 30, 128 / 255f);
    assertThat(Pictures.rms(gray, corrupt(gray, 5, Dialect.HENDRYCKS_64, 0))).isLessThan(2 / 255.);
  }
}
