package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class OcclusionColorTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new OcclusionColor();
  }

  @Test
  void covers_its_share_with_the_mean_color_and_leaves_the_rest_alone() {
    PixelImage clean = Pictures.detailed(80, 60, 2);
    double[] mean = new double[3];
    for (int i = 0; i < clean.values().length; i++) {
      mean[i / clean.area()] += clean.values()[i] / (double) clean.area();
    }
    float[] covered = corrupt(clean, 5, Dialect.HENDRYCKS_64, 3).values();
    int changed = 0;
    for (int i = 0; i < covered.length; i++) {
      if (covered[i] != clean.values()[i]) {
        changed++;
        assertThat(covered[i]).isCloseTo((float) mean[i / clean.area()], within(1e-5f));
      }
    }
    assertThat(changed / (double) covered.length).isCloseTo(.4, within(.01));
  }
}
