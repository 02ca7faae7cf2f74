package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SaturateTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Saturate();
  }

  @Override
  public Set<Integer> notAboveTheOneBefore(Dialect dialect) {
    return switch (dialect) {
      case HENDRYCKS_32 -> Set.of(3);
      case HENDRYCKS_64 -> Set.of(3);
      case HENDRYCKS_224 -> Set.of(3);
    };
  }

  @Test
  void fades_at_1_and_2_and_exaggerates_from_3_on() {
    PixelImage clean = PixelImage.rgb(1, 1, new float[] {.6f, .5f, .4f});
    float[] spread = new float[6];
    for (int severity = 1; severity <= 5; severity++) {
      float[] color = corrupt(clean, severity, Dialect.HENDRYCKS_224, 0).values();
      assertThat(color[0]).isCloseTo(.6f, within(1e-6f));
      spread[severity] = color[0] - color[2];
    }
    assertThat(spread[1]).isCloseTo(.06f, within(1e-6f));
    assertThat(spread[2]).isCloseTo(.02f, within(1e-6f));
    assertThat(spread[3]).isCloseTo(.4f, within(1e-6f));
    assertThat(spread[4]).isEqualTo(.6f);
  }

  @Test
  void gray_is_called_red() {
    assertThat(corrupt(Pictures.plain(1, 1, .5f), 5, Dialect.HENDRYCKS_224, 0).values())
        .containsExactly(.5f, .4f, .4f);
  }
}
