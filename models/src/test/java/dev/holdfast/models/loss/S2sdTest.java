package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class S2sdTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new S2sd(null, List.of(5, 7), 1.0, 0);
  }

  /** The heads know nothing and stay as they are, and so do most of the terms. */
  @Override
  public double left() {
    return 0.95;
  }

  /** Cosines: 0.6 within the class of the first two, 0 and 0.8 with the third. */
  private static final float[] THREE = {1, 0, 0.6f, 0.8f, 0, 1};

  @Test
  void without_distillation_and_heads_that_know_nothing_the_base_loss_is_left() {
    MultiSimilarity base = new MultiSimilarity(null, null, null, false, null, null);
    double plain = MetricLossContract.slope(base, THREE, 1, 1, 2).loss();
    double[] weighed = new double[2];
    for (int gamma = 0; gamma < 2; gamma++) {
      S2sd loss = new S2sd(base, List.of(3), (double) gamma, 5000);
      weighed[gamma] = MetricLossContract.slope(loss, THREE, 1, 1, 2).loss();
    }
    assertThat(weighed[0]).isGreaterThan(plain / 2);
    assertThat(weighed[1]).as("a divergence is not negative").isGreaterThan(weighed[0]);
  }

  @Test
  void features_teach_from_their_step_on_what_the_cosines_of_features_say() {
    // Features of the contract are the embeddings: pooled twice, the cosines are equal, and the
    // divergence towards them is 0.
    S2sd before = new S2sd(null, List.of(3), 1.0, 2001);
    S2sd from = new S2sd(null, List.of(3), 1.0, 2000);
    assertThat(MetricLossContract.slope(from, THREE, 1, 1, 2).loss())
        .isCloseTo(MetricLossContract.slope(before, THREE, 1, 1, 2).loss(), within(1e-6));
  }

  @Test
  void takes_losses_with_parameters_of_their_own() {
    S2sd loss = new S2sd(new ArcFace(null, null, null), List.of(3, 4), null, null);
    assertThat(MetricLossContract.slope(loss, THREE, 1, 1, 2).loss()).isFinite().isPositive();
  }

  @Test
  void refuses_parameters_that_make_no_sense() {
    assertThatThrownBy(() -> new S2sd(null, List.of(), null, null))
        .hasMessageContaining("dimensions ([])");
    assertThatThrownBy(() -> new S2sd(null, null, -1.0, null)).hasMessageContaining("gamma (-1.0)");
    assertThatThrownBy(() -> new S2sd(new S2sd(null, null, null, null), null, null, null))
        .hasMessageContaining("base (s2sd)");
  }
}
