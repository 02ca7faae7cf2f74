package dev.holdfast.attacks.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.trust.Finding.Level;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChanceLevelTest {

  private static double[] hits(int n, int right) {
    return IntStream.range(0, n).mapToDouble(i -> i < right ? 1 : 0).toArray();
  }

  private static double[] chance(int n, double value) {
    double[] chance = new double[n];
    Arrays.fill(chance, value);
    return chance;
  }

  @Test
  void clean_recall_is_at_chance_where_its_interval_says_so() {
    assertThat(ChanceLevel.clean(hits(400, 340), chance(400, 0.013)).level()).isEqualTo(Level.OK);
    Finding none = ChanceLevel.clean(hits(400, 6), chance(400, 0.013));
    assertThat(none.level()).isEqualTo(Level.UNRELIABLE);
    assertThat(none.text()).contains("recognizes nothing");
    assertThat(ChanceLevel.clean(hits(400, 0), chance(400, 0.013)).level())
        .isEqualTo(Level.UNRELIABLE);
  }

  @Test
  void few_queries_can_only_raise_a_suspicion() {
    assertThat(ChanceLevel.clean(hits(10, 4), chance(10, 0.25)).level())
        .isEqualTo(Level.SUSPICIOUS);
  }

  @Test
  void an_unbounded_attack_must_leave_no_more_than_chance() {
    assertThat(ChanceLevel.unbounded(hits(32, 0), chance(32, 0.013)).level()).isEqualTo(Level.OK);
    assertThat(ChanceLevel.unbounded(hits(32, 1), chance(32, 0.013)).level()).isEqualTo(Level.OK);
    assertThat(ChanceLevel.unbounded(hits(32, 5), chance(32, 0.013)).level())
        .isEqualTo(Level.SUSPICIOUS);
    Finding masked = ChanceLevel.unbounded(hits(32, 25), chance(32, 0.013));
    assertThat(masked.level()).isEqualTo(Level.UNRELIABLE);
    assertThat(masked.text()).contains("gradients lead nowhere");
    assertThat(ChanceLevel.unbounded(new double[0], new double[0]).level()).isEqualTo(Level.OK);
  }
}
