package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class ScreenshotTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Screenshot();
  }

  @Test
  void a_part_of_the_screen_is_left_for_the_image() {
    PixelImage clean = PixelImage.rgb(100, 100, red(100 * 100));
    for (int item = 0; item < 6; item++) {
      float[] screen = corrupt(clean, 5, Dialect.HENDRYCKS_64, item).values();
      int ofImage = 0;
      for (int i = 0; i < 100 * 100; i++) {
        boolean gray = screen[i] == screen[i + 10000] && screen[i] == screen[i + 20000];
        ofImage += gray ? 0 : 1;
        if (!gray) {
          assertThat(screen[i]).isCloseTo(.8f, within(1e-6f));
        }
      }
      assertThat(ofImage).isEqualTo(42 * 42);
    }
  }

  private static float[] red(int area) {
    float[] values = new float[3 * area];
    java.util.Arrays.fill(values, 0, area, .8f);
    return values;
  }
}
