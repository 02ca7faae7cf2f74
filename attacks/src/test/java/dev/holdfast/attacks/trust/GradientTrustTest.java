package dev.holdfast.attacks.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.trust.Finding.Level;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GradientTrustTest {

  private static final int IMAGES = 32;

  /** What a smooth function answers: what was foreseen, a little curvature, and rounding. */
  private static LocalResponse smooth(int image) {
    CounterRng rng = CounterRng.of(image, "response", 0);
    double[][] predicted = new double[LocalResponse.STEPS.size()][3];
    double[][] measured = new double[LocalResponse.STEPS.size()][3];
    for (int k = 0; k < 3; k++) {
      double along = rng.nextGaussian();
      for (int s = 0; s < LocalResponse.STEPS.size(); s++) {
        double step = LocalResponse.STEPS.get(s);
        predicted[s][k] = step * along;
        measured[s][k] = step * along * (1 + 100 * step * rng.nextGaussian());
        measured[s][k] += 1e-7 * rng.nextGaussian();
      }
    }
    return new LocalResponse(true, 100, 0.01, measured, predicted, new double[] {0.01, 0.1});
  }

  private static List<LocalResponse> all(UnaryOperator<LocalResponse> change) {
    return IntStream.range(0, IMAGES).mapToObj(i -> change.apply(smooth(i))).toList();
  }

  private static LocalResponse predicting(LocalResponse r, double factor) {
    double[][] predicted = new double[r.predicted().length][3];
    for (int s = 0; s < predicted.length; s++) {
      for (int k = 0; k < 3; k++) {
        predicted[s][k] = factor * r.predicted()[s][k];
      }
    }
    return new LocalResponse(
        r.finite(),
        Math.abs(factor) * r.gradientSum(),
        r.zeroShare(),
        r.measured(),
        predicted,
        r.noise());
  }

  private static LocalResponse adding(LocalResponse r, double jump) {
    double[][] measured = new double[r.measured().length][3];
    CounterRng rng = CounterRng.of(Double.hashCode(r.measured()[0][0]), "jump", 0);
    for (int s = 0; s < measured.length; s++) {
      for (int k = 0; k < 3; k++) {
        measured[s][k] = r.measured()[s][k] + jump * rng.nextGaussian();
      }
    }
    return new LocalResponse(
        r.finite(), r.gradientSum(), r.zeroShare(), measured, r.predicted(), r.noise());
  }

  private static void agrees(Level level, String cause, UnaryOperator<LocalResponse> change) {
    Finding finding = GradientTrust.agrees(all(change));
    assertThat(finding.text()).contains(cause);
    assertThat(finding.level()).as(finding.text()).isEqualTo(level);
  }

  @Test
  void the_gradient_of_a_smooth_function_is_fine() {
    agrees(Level.OK, "agree", r -> r);
    assertThat(GradientTrust.usable(all(r -> r)).level()).isEqualTo(Level.OK);
  }

  @Test
  void a_gradient_of_another_function_is_named_by_what_is_wrong_with_it() {
    agrees(Level.UNRELIABLE, "wrong way", r -> predicting(r, -1));
    agrees(Level.SUSPICIOUS, "wrong size", r -> predicting(r, 1e30));
    agrees(Level.SUSPICIOUS, "wrong size", r -> predicting(r, 1e-30));
    agrees(Level.UNRELIABLE, "zero although", r -> predicting(r, 0));
    agrees(
        Level.UNRELIABLE,
        "not those of the function",
        r ->
            new LocalResponse(
                true,
                100,
                0,
                r.measured(),
                smooth(-Double.hashCode(r.measured()[0][0])).predicted(),
                r.noise()));
  }

  @Test
  void a_function_that_jumps_or_bends_is_named_although_its_gradient_is_right() {
    agrees(Level.SUSPICIOUS, "jumps", r -> adding(r, 1e-5));
    agrees(
        Level.SUSPICIOUS,
        "invisible changes only",
        r -> {
          double[][] measured = r.measured().clone();
          measured[2] = new double[] {0.1, -0.2, 0.3};
          return new LocalResponse(true, 100, 0, measured, r.predicted(), r.noise());
        });
  }

  @Test
  void a_part_that_lets_no_gradient_through_is_named() {
    agrees(Level.SUSPICIOUS, "miss", r -> predicting(r, 0.7));
  }

  @Test
  void where_nothing_moves_nothing_can_be_checked() {
    agrees(
        Level.SUSPICIOUS,
        "could not be checked",
        r -> new LocalResponse(true, 0, 1, new double[3][3], new double[3][3], new double[2]));
  }

  @Test
  void no_gradient_is_unreliable_for_most_images_and_suspicious_for_some() {
    UnaryOperator<LocalResponse> zero =
        r -> new LocalResponse(true, 0, 1, r.measured(), r.predicted(), r.noise());
    UnaryOperator<LocalResponse> notFinite =
        r -> new LocalResponse(false, Double.NaN, 0, r.measured(), r.predicted(), r.noise());
    UnaryOperator<LocalResponse> saturated =
        r -> new LocalResponse(true, 1e-9, 0, r.measured(), r.predicted(), r.noise());
    List<String> causes = List.of("zero for 32", "not finite for 32", "noise does");
    List<UnaryOperator<LocalResponse>> changes = List.of(zero, notFinite, saturated);
    for (int i = 0; i < causes.size(); i++) {
      Finding finding = GradientTrust.usable(all(changes.get(i)));
      assertThat(finding.level()).isEqualTo(Level.UNRELIABLE);
      assertThat(finding.text()).contains(causes.get(i));
    }
    List<LocalResponse> one =
        IntStream.range(0, IMAGES)
            .mapToObj(i -> i == 0 ? zero.apply(smooth(i)) : smooth(i))
            .toList();
    assertThat(GradientTrust.usable(one).level()).isEqualTo(Level.SUSPICIOUS);
  }

  @Test
  void pixels_without_a_gradient_are_suspicious() {
    Finding finding =
        GradientTrust.usable(
            all(r -> new LocalResponse(true, 100, 0.5, r.measured(), r.predicted(), r.noise())));
    assertThat(finding.level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(finding.text()).contains("50 % of the pixel values");
  }
}
