package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class FmnTest implements MinNormContract {

  @Override
  public Attack attack() {
    return new Fmn(8, null, null);
  }

  @Override
  public Attack thorough() {
    return new Fmn(null, null, null);
  }

  @Test
  void has_the_usual_defaults() {
    assertThat(new Fmn(null, null, null)).isEqualTo(new Fmn(100, 1.0, 0.05));
    assertThatThrownBy(() -> new Fmn(1, 0.0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("step_size (0.0) of attack fmn");
  }
}
