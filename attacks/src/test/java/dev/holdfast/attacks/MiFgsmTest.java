package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class MiFgsmTest implements AscentContract {

  @Override
  public Attack attack() {
    return new MiFgsm(5, null, null);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new MiFgsm(20, null, null);
  }

  @Override
  public boolean random() {
    return false;
  }

  @Test
  void has_the_usual_defaults() {
    assertThat(new MiFgsm(null, null, null)).isEqualTo(new MiFgsm(10, "epsilon/4", 1.0));
    assertThatThrownBy(() -> new MiFgsm(1, null, -1.0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("decay (-1.0) of attack mi-fgsm");
  }
}
