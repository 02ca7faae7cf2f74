package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class TiFgsmTest implements AscentContract {

  @Override
  public Attack attack() {
    return new TiFgsm(5, null, 0.5, 3, 1.0, 0.5, null);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new TiFgsm(20, null, null, 1, null, null, null);
  }

  @Override
  public boolean random() {
    return true;
  }

  @Test
  void has_the_usual_defaults() {
    assertThat(new TiFgsm(null, null, null, null, null, null, null))
        .isEqualTo(new TiFgsm(10, "epsilon/4", 0.0, 15, 3.0, 0.0, 0.9));
    assertThatThrownBy(() -> new TiFgsm(1, null, null, 4, null, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("kernel_size (4) of attack ti-fgsm must be odd");
  }
}
