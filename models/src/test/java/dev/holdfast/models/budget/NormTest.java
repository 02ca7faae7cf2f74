package dev.holdfast.models.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class NormTest {

  @Test
  void perturbations_are_measured_by_the_largest_change_the_length_and_the_changed_pixels() {
    // Two channels of three pixels, behind a number that is none of theirs.
    float[] image = {9, 0, 0.5f, 0, 0, 0.25f, 0};
    float[] clean = {0, 0, 0, 0, 0, 1};
    assertThat(Norm.LINF.length(image, 1, clean, 0, 2, 3)).isEqualTo(1);
    assertThat(Norm.L2.length(image, 1, clean, 0, 2, 3)).isEqualTo(Math.sqrt(0.25 + 0.0625 + 1));
    assertThat(Norm.PATCH.length(image, 1, clean, 0, 2, 3)).isEqualTo(2 / 3.0);
    assertThat(Norm.PATCH.length(clean, 0, clean, 0, 2, 3)).isZero();
  }

  @Test
  void norms_are_found_by_id() {
    for (Norm norm : Norm.values()) {
      assertThat(Norm.of(norm.id(), "the test")).isEqualTo(norm);
    }
    assertThatThrownBy(() -> Norm.of("linv", "the test"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("norm (linv) of the test must be one of linf, l2")
        .hasMessageContaining("you meant linf");
  }
}
