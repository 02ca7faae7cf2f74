package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class TranslationTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Translation();
  }

  @Test
  void moves_a_point_by_its_share_of_the_side() {
    float[] values = new float[3 * 101 * 101];
    values[50 * 101 + 50] = 1;
    for (int item = 0; item < 5; item++) {
      double[] at =
          Pictures.center(
              corrupt(PixelImage.rgb(101, 101, values), 5, Dialect.HENDRYCKS_224, item));
      assertThat(Math.hypot(at[0] - 50, at[1] - 50)).isCloseTo(.2 * 101, within(.5));
    }
  }
}
