package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MotionBlurTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new MotionBlur();
  }

  @Override
  public Set<Integer> notAboveTheOneBefore(Dialect dialect) {
    return switch (dialect) {
      case HENDRYCKS_32 -> Set.of(4);
      case HENDRYCKS_64 -> Set.of();
      case HENDRYCKS_224 -> Set.of();
    };
  }

  @Test
  void draws_a_line_out_in_one_direction_and_cuts_levels_off() {
    float[] values = new float[3 * 5 * 40];
    values[2 * 40 + 30] = 1;
    PixelImage blurred =
        new MotionBlur().blur(PixelImage.rgb(5, 40, values), 1, Dialect.HENDRYCKS_224, 0);
    double sum = 0;
    for (int i = 0; i < 21; i++) {
      sum += Math.exp(-i * i / 18.);
    }
    float[] expected = new float[values.length];
    for (int i = 0; i < 21; i++) {
      expected[2 * 40 + 30 - i] = (int) (255 * Math.exp(-i * i / 18.) / sum) / 255f;
    }
    assertThat(blurred.values()).containsExactly(expected, within(1e-6f));
  }
}
