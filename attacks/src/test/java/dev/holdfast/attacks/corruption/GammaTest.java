package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GammaTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Gamma();
  }

  @Test
  void is_a_power_or_a_root_as_the_draw_says() {
    Set<Float> seen = new TreeSet<>();
    for (int item = 0; item < 20; item++) {
      seen.add(corrupt(Pictures.plain(1, 1, .25f), 3, Dialect.HENDRYCKS_224, item).values()[0]);
    }
    assertThat(seen).containsExactly(.0625f, .5f);
  }
}
