package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RainTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Rain();
  }

  @Test
  void black_gets_light_streaks_that_run_down_and_white_gets_darker() {
    float[] streaks = corrupt(Pictures.plain(96, 96, 0), 4, Dialect.HENDRYCKS_64, 1).values();
    double along = 0;
    double across = 0;
    int lit = 0;
    for (int y = 1; y < 95; y++) {
      for (int x = 1; x < 95; x++) {
        float here = streaks[y * 96 + x];
        lit += here > .1 ? 1 : 0;
        along += Math.abs(here - streaks[(y + 1) * 96 + x]);
        across += Math.abs(here - streaks[y * 96 + x + 1]);
      }
    }
    assertThat(lit / (94. * 94)).isBetween(.05, .5);
    assertThat(across).isGreaterThan(1.5 * along);
    float[] white = corrupt(Pictures.plain(96, 96, 1), 4, Dialect.HENDRYCKS_64, 1).values();
    for (float value : white) {
      assertThat(value).isBetween(.79f, .86f);
    }
  }
}
