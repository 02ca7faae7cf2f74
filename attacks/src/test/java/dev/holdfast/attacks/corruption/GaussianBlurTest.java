package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class GaussianBlurTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new GaussianBlur();
  }

  @Test
  void spreads_a_point_over_a_bell() {
    float[] values = new float[3 * 41 * 41];
    values[20 * 41 + 20] = 1;
    PixelImage blurred = corrupt(PixelImage.rgb(41, 41, values), 2, Dialect.HENDRYCKS_224, 0);
    double peak = blurred.values()[20 * 41 + 20];
    assertThat(peak).isCloseTo(1 / (2 * Math.PI * 4), within(1e-4));
    assertThat(blurred.values()[23 * 41 + 22] / peak)
        .isCloseTo(Math.exp(-(9 + 4) / 8.), within(1e-5));
  }
}
