package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class MotionAnyDirectionTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new MotionAnyDirection();
  }

  @Test
  void directions_go_all_around() {
    float[] values = new float[3 * 61 * 61];
    values[30 * 61 + 30] = 1;
    PixelImage point = PixelImage.rgb(61, 61, values);
    boolean[] quarters = new boolean[4];
    for (int item = 0; item < 40; item++) {
      double[] at = Pictures.center(corrupt(point, 5, Dialect.HENDRYCKS_64, item));
      assertThat(Math.hypot(at[0] - 30, at[1] - 30)).isBetween(4., 12.);
      quarters[(at[0] > 30 ? 2 : 0) + (at[1] > 30 ? 1 : 0)] = true;
    }
    assertThat(quarters).containsExactly(true, true, true, true);
  }
}
