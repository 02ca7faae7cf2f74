package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class SnowTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Snow();
  }

  @Test
  void whitens_and_never_darkens_gray() {
    PixelImage gray = Pictures.plain(40, 50, .4f);
    PixelImage snowy = corrupt(gray, 3, Dialect.HENDRYCKS_64, 0);
    int area = 40 * 50;
    for (int i = 0; i < area; i++) {
      assertThat(snowy.values()[i]).isGreaterThanOrEqualTo(.4f);
      assertThat(snowy.values()[i]).isCloseTo(snowy.values()[i + 2 * area], within(1e-6f));
      // The layer is added twice, the second time upside down.
      assertThat(snowy.values()[i]).isEqualTo(snowy.values()[area - 1 - i]);
    }
  }
}
