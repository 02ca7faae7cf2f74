package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.EightBit;
import dev.holdfast.attacks.imaging.JdkJpeg;
import dev.holdfast.attacks.imaging.JpegCodec;
import dev.holdfast.attacks.imaging.PixelImage;
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

  /** Sizes around whole blocks, and those so small that chroma has one or two columns. */
  @Test
  void returns_what_libjpeg_returns() {
    int compared = 0;
    for (int height : new int[] {1, 2, 3, 8, 15, 16, 17, 33, 64}) {
      for (int width : new int[] {1, 2, 3, 4, 5, 6, 15, 16, 18, 31, 33, 64}) {
        PixelImage clean = Pictures.detailed(height, width, 31L * height + width);
        for (int quality : new int[] {7, 25, 50, 65, 95, 100}) {
          int[] want = JdkJpeg.roundTrip(EightBit.truncate(clean), height, width, quality);
          int[] have = EightBit.truncate(JpegCodec.roundTrip(clean, quality));
          assertThat(have).as("%d x %d at quality %d", height, width, quality).isEqualTo(want);
          compared++;
        }
      }
    }
    assertThat(compared).isEqualTo(9 * 12 * 6);
  }
}
