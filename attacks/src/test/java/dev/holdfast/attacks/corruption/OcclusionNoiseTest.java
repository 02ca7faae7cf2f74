package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class OcclusionNoiseTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new OcclusionNoise();
  }

  @Test
  void covers_its_share_with_values_of_which_all_are_equally_likely() {
    PixelImage clean = Pictures.detailed(80, 60, 2);
    float[] covered = corrupt(clean, 5, Dialect.HENDRYCKS_64, 3).values();
    double sum = 0;
    double squares = 0;
    int changed = 0;
    for (int i = 0; i < covered.length; i++) {
      if (covered[i] != clean.values()[i]) {
        changed++;
        sum += covered[i];
        squares += covered[i] * covered[i];
      }
    }
    assertThat(changed / (double) covered.length).isCloseTo(.4, within(.01));
    assertThat(sum / changed).isCloseTo(.5, within(.02));
    assertThat(squares / changed).isCloseTo(1 / 3., within(.02));
  }
}
