package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class MarginTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new Margin(null, null, Mining.ALL);
  }

  /** The mean is over the terms above 0, of which there are many: slopes are small. */
  @Override
  public float stepLength() {
    return 5;
  }

  /** Cosines: 0.6 within the class of the first two, 0 and 0.8 with the third. */
  private static final float[] THREE = {1, 0, 0.6f, 0.8f, 0, 1};

  @Test
  void equals_the_formula_worked_out_by_hand() {
    // Boundary 0.8, margin 0.2: positives count from 0.6, negatives up to 1.
    double pull = Math.sqrt(0.8) - 0.6;
    double push = 1 - Math.sqrt(0.4);
    double expected = (2 * pull + 2 * push) / 4;
    Margin loss = new Margin(0.8, 0.2, Mining.ALL);
    assertThat(MetricLossContract.slope(loss, THREE, 1, 1, 2).loss())
        .isCloseTo(expected, within(1e-6));
  }

  @Test
  void mined_pairs_are_one_positive_and_one_negative_of_each_anchor_that_has_both() {
    // Anchors 0 and 1 have no choice; anchor 2 has no positive.
    double pull = Math.sqrt(0.8) - 0.6;
    double push = 1 - Math.sqrt(0.4);
    double expected = (2 * pull + push) / 3;
    Margin loss = new Margin(0.8, 0.2, Mining.DISTANCE_WEIGHTED);
    assertThat(MetricLossContract.slope(loss, THREE, 1, 1, 2).loss())
        .isCloseTo(expected, within(1e-6));
  }

  @Test
  void refuses_parameters_that_make_no_sense() {
    assertThatThrownBy(() -> new Margin(-1.0, null, null)).hasMessageContaining("boundary (-1.0)");
    assertThatThrownBy(() -> new Margin(null, 0.0, null)).hasMessageContaining("margin (0.0)");
  }
}
