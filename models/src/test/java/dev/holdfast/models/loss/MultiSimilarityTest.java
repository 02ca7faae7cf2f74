package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.registry.Registry;
import dev.holdfast.models.yaml.StrictYaml;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class MultiSimilarityTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return Registry.of(MetricLoss.class, "loss", "multi-similarity", "the test");
  }

  private static MultiSimilarity with(boolean miner) {
    return new MultiSimilarity(2.0, 40.0, 0.5, miner, 0.1, false);
  }

  /** Cosines: 0.6 within the class of the first two, 0 and 0.8 with the third. */
  private static final float[] THREE = {1, 0, 0.6f, 0.8f, 0, 1};

  @Test
  void equals_the_formula_worked_out_by_hand() {
    double pull = Math.log(1 + Math.exp(-2 * (0.6 - 0.5))) / 2;
    double far = Math.log(1 + Math.exp(40 * (0.0 - 0.5))) / 40;
    double near = Math.log(1 + Math.exp(40 * (0.8 - 0.5))) / 40;
    double expected = ((pull + far) + (pull + near) + (far + logSum(0, 0.8) - far)) / 3;
    assertThat(MetricLossContract.slope(with(false), THREE, 1, 1, 2).loss())
        .isCloseTo(expected, within(1e-6));
  }

  private static double logSum(double a, double b) {
    return Math.log(1 + Math.exp(40 * (a - 0.5)) + Math.exp(40 * (b - 0.5))) / 40;
  }

  @Test
  void the_miner_keeps_pairs_that_violate_the_order_by_its_margin() {
    // Anchor 0: positive 0.6, negative 0: nothing. Anchor 1: positive 0.6, negative 0.8: both.
    // Anchor 2 has no positive: nothing.
    double expected =
        (Math.log(1 + Math.exp(-2 * (0.6 - 0.5))) / 2 + Math.log(1 + Math.exp(40 * 0.3)) / 40) / 3;
    assertThat(MetricLossContract.slope(with(true), THREE, 1, 1, 2).loss())
        .isCloseTo(expected, within(1e-6));
  }

  @Test
  void the_variant_of_mdprop_averages_over_anchors_that_have_a_pair() {
    // As above, of three anchors only the second keeps pairs.
    double expected =
        Math.log(1 + Math.exp(-2 * (0.6 - 0.5))) / 2 + Math.log(1 + Math.exp(40 * 0.3)) / 40;
    MultiSimilarity variant = new MultiSimilarity(2.0, 40.0, 0.5, true, 0.1, true);
    assertThat(MetricLossContract.slope(variant, THREE, 1, 1, 2).loss())
        .isCloseTo(expected, within(1e-6));
    assertThat(MetricLossContract.slope(variant, THREE, 1, 2, 3).loss()).isZero();
  }

  @Test
  void is_zero_without_slope_where_the_miner_keeps_nothing() {
    MetricLossContract.Slope lone = MetricLossContract.slope(with(true), THREE, 1, 2, 3);
    assertThat(lone.loss()).isZero();
    assertThat(lone.gradient()).containsOnly(0f);
  }

  @Test
  void stays_finite_for_steep_slopes() {
    MultiSimilarity steep = new MultiSimilarity(1e4, 1e4, -1.0, false, 0.0, false);
    MetricLossContract.Slope slope = MetricLossContract.slope(steep, THREE, 1, 1, 2);
    // ln(1 + exp(x)) / 1e4 is about x / 1e4 = S + 1 for the largest similarity of a negative.
    assertThat(slope.loss()).isCloseTo((1.0 + 1.8 + 1.8) / 3, within(1e-3));
    for (float g : slope.gradient()) {
      assertThat(g).isFinite();
    }
  }

  @Test
  void is_read_from_yaml_with_its_defaults() {
    assertThat(StrictYaml.parse("type: multi-similarity", "recipe.yaml", MetricLoss.class))
        .isEqualTo(new MultiSimilarity(2.0, 40.0, 0.5, true, 0.1, false));
  }

  @Test
  void refuses_parameters_that_make_no_sense() {
    assertThatThrownBy(() -> new MultiSimilarity(0.0, null, null, null, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("alpha (0.0)");
    assertThatThrownBy(() -> new MultiSimilarity(null, Double.NaN, null, null, null, null))
        .hasMessageContaining("beta (NaN)");
    assertThatThrownBy(() -> new MultiSimilarity(null, null, 1.5, null, null, null))
        .hasMessageContaining("base (1.5)");
    assertThatThrownBy(() -> new MultiSimilarity(null, null, null, null, -0.1, null))
        .hasMessageContaining("epsilon (-0.1)");
  }
}
