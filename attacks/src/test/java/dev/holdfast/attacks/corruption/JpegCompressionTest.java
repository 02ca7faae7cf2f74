package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class JpegCompressionTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new JpegCompression();
  }

  @Test
  void keeps_a_plain_gray_at_best_within_a_level() {
    PixelImage gray = Pictures.plain(20, 12, 128 / 255f);
    assertThat(corrupt(gray, 5, Dialect.HENDRYCKS_224, 0).values())
        .containsExactly(gray.values(), within(1e-6f));
  }

  @Test
  void returns_whole_levels() {
    for (float value : corrupt(Pictures.detailed(30, 17, 1), 3, Dialect.HENDRYCKS_64, 0).values()) {
      assertThat(value * 255).isCloseTo(Math.round(value * 255), within(1e-4f));
    }
  }
}
