package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.imaging.Plasma;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FogTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Fog();
  }

  @Test
  void keeps_black_black_and_never_exceeds_the_brightest_value() {
    assertThat(corrupt(Pictures.plain(20, 30, 0), 5, Dialect.HENDRYCKS_224, 0).values())
        .containsOnly(0);
    for (float value : corrupt(Pictures.plain(20, 30, .6f), 5, Dialect.HENDRYCKS_224, 0).values()) {
      assertThat(value).isBetween(.0999f, .6f);
    }
  }

  @Test
  void a_cloud_covers_any_image_and_its_heights_fill_0_to_1() {
    assertThat(Fog.mapSize(1, 1)).isEqualTo(2);
    assertThat(Fog.mapSize(64, 3)).isEqualTo(64);
    assertThat(Fog.mapSize(3, 65)).isEqualTo(128);
    CounterRng rng = CounterRng.of(0, "cloud", 0);
    double[] heights = Arrays.copyOf(Plasma.map(64, 2, Plasma.draws(64, 2, rng)), 64 * 64);
    assertThat(Arrays.stream(heights).min()).hasValue(0);
    assertThat(Arrays.stream(heights).max()).hasValue(1);
  }
}
