package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AugmentationTest {

  private static final int HEIGHT = 6;
  private static final int WIDTH = 9;
  private static final int OFFSET = 5;

  /** Two planes: one rises from left to right, one from top to bottom. */
  private static float[] ramps() {
    float[] images = new float[OFFSET + 2 * HEIGHT * WIDTH + 4];
    Arrays.fill(images, 0.5f);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        images[OFFSET + y * WIDTH + x] = x / (WIDTH - 1f);
        images[OFFSET + (HEIGHT + y) * WIDTH + x] = y / (HEIGHT - 1f);
      }
    }
    return images;
  }

  private static float[] augmented(Augmentation augmentation, long draw) {
    float[] images = ramps();
    augmentation.apply(images, OFFSET, 2, HEIGHT, WIDTH, CounterRng.of(1, "test", draw));
    return images;
  }

  @Test
  void without_any_change_the_image_stays_bit_for_bit() {
    assertThat(augmented(new Augmentation(false, 1.0, 0.0), 0)).isEqualTo(ramps());
  }

  @Test
  void a_flip_mirrors_columns_of_about_half_of_the_images() {
    int flipped = 0;
    for (int draw = 0; draw < 400; draw++) {
      float[] images = augmented(new Augmentation(true, 1.0, 0.0), draw);
      if (images[OFFSET] == 1) {
        flipped++;
        assertThat(images[OFFSET + WIDTH - 1]).isZero();
        assertThat(Arrays.copyOfRange(images, OFFSET + HEIGHT * WIDTH, images.length))
            .isEqualTo(Arrays.copyOfRange(ramps(), OFFSET + HEIGHT * WIDTH, images.length));
      } else {
        assertThat(images).isEqualTo(ramps());
      }
    }
    assertThat(flipped).isBetween(150, 250);
  }

  @Test
  void a_crop_of_a_ramp_is_a_flatter_ramp() {
    double smallest = 1;
    for (int draw = 0; draw < 200; draw++) {
      float[] images = augmented(new Augmentation(false, 0.3, 0.0), draw);
      double across = slope(images, OFFSET + 2 * WIDTH, 1) * (WIDTH - 1);
      double down = slope(images, OFFSET + HEIGHT * WIDTH + 3, WIDTH) * (HEIGHT - 1);
      // In units of the image the slopes are the sides of the crop.
      assertThat(across).isBetween(0.3, 1 + 1e-5);
      assertThat(down).isBetween(0.3, 1 + 1e-5);
      smallest = Math.min(smallest, across * down);
      assertThat(across * down).isGreaterThan(0.3 - 1e-5);
    }
    assertThat(smallest).isLessThan(0.4);
  }

  /** The step between neighbors in the middle of a line of pixels. */
  private static double slope(float[] images, int start, int stride) {
    return images[start + 3 * stride] - images[start + 2 * stride];
  }

  @Test
  void color_jitter_stays_within_its_range_and_the_pixels_within_theirs() {
    float brightest = 0;
    for (int draw = 0; draw < 300; draw++) {
      float[] images = new float[3 * 4];
      Arrays.fill(images, 0.5f);
      new Augmentation(false, 1.0, 0.4).apply(images, 0, 3, 2, 2, CounterRng.of(2, "test", draw));
      // A gray image of one level knows brightness only.
      for (float value : images) {
        assertThat(value).isBetween(0.3f - 1e-6f, 0.7f + 1e-6f).isCloseTo(images[0], within(1e-6f));
      }
      brightest = Math.max(brightest, images[0]);
      for (float value : augmented(new Augmentation(false, 1.0, 1.0), draw)) {
        assertThat(value).isBetween(0f, 1f);
      }
    }
    assertThat(brightest).isGreaterThan(0.65f);
  }

  @Test
  void nothing_outside_of_the_image_is_touched() {
    float[] images = augmented(new Augmentation(true, 0.3, 0.5), 3);
    assertThat(Arrays.copyOf(images, OFFSET)).containsOnly(0.5f);
    assertThat(Arrays.copyOfRange(images, images.length - 4, images.length)).containsOnly(0.5f);
  }

  @Test
  void refuses_shares_that_make_no_sense() {
    assertThatThrownBy(() -> new Augmentation(null, 0.0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("crop (0.0)");
    assertThatThrownBy(() -> new Augmentation(null, null, 1.5))
        .hasMessageContaining("color_jitter (1.5)");
  }
}
