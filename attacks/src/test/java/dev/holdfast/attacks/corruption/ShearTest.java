package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class ShearTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Shear();
  }

  @Test
  void the_center_stays_and_lines_slide_against_each_other() {
    float[] values = new float[3 * 41 * 41];
    for (int y = 0; y < 41; y++) {
      for (int x = 0; x < 41; x++) {
        values[y * 41 + x] = x == 20 || y == 20 ? 1 : 0;
      }
    }
    PixelImage cross = PixelImage.rgb(41, 41, values);
    for (int item = 0; item < 8; item++) {
      float[] slanted = corrupt(cross, 5, Dialect.HENDRYCKS_32, item).values();
      assertThat(slanted[20 * 41 + 20]).isEqualTo(1);
      // One arm stays, the other has moved by half of 10 pixels.
      boolean row = slanted[20 * 41 + 10] == 1;
      assertThat(row).isNotEqualTo(slanted[10 * 41 + 20] == 1);
      int left = row ? slanted[10 * 41 + 15] == 1 ? 15 : 25 : 10;
      int top = row ? 10 : slanted[15 * 41 + 10] == 1 ? 15 : 25;
      assertThat(slanted[top * 41 + left]).isEqualTo(1);
    }
  }
}
