package dev.holdfast.attacks.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.trust.Finding.Level;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AttackStrengthTest {

  private static double[] firstOf(int n, int ones) {
    return IntStream.range(0, n).mapToDouble(i -> i < ones ? 1 : 0).toArray();
  }

  private static boolean[] firstTrue(int n, int trues) {
    boolean[] flags = new boolean[n];
    Arrays.fill(flags, 0, trues, true);
    return flags;
  }

  @Test
  void noise_as_strong_as_an_attack_is_named() {
    double[] attacked = firstOf(32, 32);
    assertThat(AttackStrength.noise(attacked, firstOf(32, 1)).level()).isEqualTo(Level.OK);
    assertThat(AttackStrength.noise(attacked, firstOf(32, 8)).level()).isEqualTo(Level.SUSPICIOUS);
    Finding masked = AttackStrength.noise(attacked, firstOf(32, 30));
    assertThat(masked.level()).isEqualTo(Level.UNRELIABLE);
    assertThat(masked.text()).contains("random noise", "94 %");
    attacked[0] = Double.NaN;
    assertThat(AttackStrength.noise(attacked, firstOf(32, 0)).figures())
        .containsEntry("queries", 31.0);
  }

  @Test
  void an_attack_without_gradients_that_breaks_more_is_named() {
    boolean[] all = firstTrue(32, 32);
    boolean[] none = firstTrue(32, 0);
    assertThat(AttackStrength.blackBox("black-box", all, none).level()).isEqualTo(Level.OK);
    assertThat(AttackStrength.blackBox("black-box", none, firstTrue(32, 1)).level())
        .isEqualTo(Level.OK);
    assertThat(AttackStrength.blackBox("black-box", firstTrue(32, 20), firstTrue(32, 23)).level())
        .isEqualTo(Level.SUSPICIOUS);
    Finding masked = AttackStrength.blackBox("black-box", none, firstTrue(32, 20));
    assertThat(masked.level()).isEqualTo(Level.UNRELIABLE);
    assertThat(masked.text()).contains("20 of 32", "masked");
  }

  private static Finding monotone(int n, int... hits) {
    List<AttackStrength.Point> points =
        IntStream.range(0, hits.length)
            .mapToObj(i -> new AttackStrength.Point("budget " + i, i, firstOf(n, hits[i])))
            .toList();
    return AttackStrength.monotone(List.of(points));
  }

  @Test
  void recall_that_rises_with_the_budget_is_named_where_chance_does_not_explain_it() {
    assertThat(monotone(400, 300, 120, 10, 0).level()).isEqualTo(Level.OK);
    assertThat(monotone(400, 300, 120, 4, 9).level()).isEqualTo(Level.OK);
    assertThat(monotone(400, 100, 120).level()).isEqualTo(Level.SUSPICIOUS);
    Finding rises = monotone(400, 300, 20, 200);
    assertThat(rises.level()).isEqualTo(Level.UNRELIABLE);
    assertThat(rises.text()).contains("45.0 points", "budget 1 and budget 2");
    assertThat(AttackStrength.monotone(List.of()).level()).isEqualTo(Level.OK);
  }

  @Test
  void an_attack_that_more_steps_would_help_is_named() {
    assertThat(AttackStrength.converged("pgd", 4, 0.01, new double[0]).level()).isEqualTo(Level.OK);
    assertThat(AttackStrength.converged("pgd", 4, 0.5, firstOf(32, 2)).level()).isEqualTo(Level.OK);
    Finding stopped = AttackStrength.converged("pgd", 4, 0.5, firstOf(32, 12));
    assertThat(stopped.level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(stopped.text()).contains("stopped before it was done", "12 of 32");
    assertThat(AttackStrength.converged("pgd", 4, 0.9, firstOf(32, 30)).level())
        .isEqualTo(Level.UNRELIABLE);
  }

  @Test
  void what_survives_a_worst_case_too_easily_is_a_margin() {
    Finding none = AttackStrength.reliable("reliability", "worst", 0.5, 3, firstOf(16, 0));
    assertThat(none.level()).isEqualTo(Level.OK);
    assertThat(none.text()).contains("none falls to 3.0 times", "lower by at most 9.7 points");
    Finding some = AttackStrength.reliable("reliability", "worst", 0.5, 3, firstOf(16, 4));
    assertThat(some.text()).contains("At least 4 of 16", "about 12.5 points (5.1 to 24.7)");
    assertThat(some.level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(AttackStrength.reliable("reliability", "worst", 0.9, 3, firstOf(16, 12)).level())
        .isEqualTo(Level.UNRELIABLE);
    Finding nothing = AttackStrength.reliable("reliability", "worst", 0, 0, new double[0]);
    assertThat(nothing.level()).isEqualTo(Level.OK);
    assertThat(nothing.figures()).containsEntry("sampled", 0.0);
  }

  @Test
  void what_rounding_to_8_bits_changes_is_named() {
    double[] nothing = {0.01, 0.01, 0.01};
    double[] far = {1, 1.1, 0.9};
    double[] near = {0.2, 0.1, 0.2};
    assertThat(AttackStrength.eightBit(far, far, nothing).level()).isEqualTo(Level.OK);
    assertThat(AttackStrength.eightBit(far, near, nothing))
        .satisfies(f -> assertThat(f.level()).isEqualTo(Level.SUSPICIOUS))
        .satisfies(f -> assertThat(f.text()).contains("lost in any file"));
    assertThat(AttackStrength.eightBit(near, far, nothing))
        .satisfies(f -> assertThat(f.level()).isEqualTo(Level.UNRELIABLE))
        .satisfies(f -> assertThat(f.text()).contains("hides"));
    assertThat(AttackStrength.eightBit(far, far, far))
        .satisfies(f -> assertThat(f.level()).isEqualTo(Level.UNRELIABLE))
        .satisfies(f -> assertThat(f.text()).contains("smaller than one of 256 levels"));
  }

  @Test
  void embeddings_that_are_no_numbers_are_counted() {
    assertThat(FiniteEmbeddings.all(0, 0).level()).isEqualTo(Level.OK);
    assertThat(FiniteEmbeddings.all(1, 0).level()).isEqualTo(Level.UNRELIABLE);
    assertThat(FiniteEmbeddings.all(0, 3).text()).contains("3 perturbed");
    assertThat(FiniteEmbeddings.extremes(List.of()).level()).isEqualTo(Level.OK);
    assertThat(FiniteEmbeddings.extremes(List.of("black", "white")).text())
        .contains("black, white");
  }
}
