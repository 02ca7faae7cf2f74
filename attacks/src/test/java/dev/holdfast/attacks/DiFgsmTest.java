package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DiFgsmTest implements AscentContract {

  @Override
  public Attack attack() {
    return new DiFgsm(5, null, 0.5, 0.9, 0.6);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new DiFgsm(20, null, null, 0.0, null);
  }

  @Override
  public boolean random() {
    return true;
  }

  @Test
  void has_the_usual_defaults() {
    assertThat(new DiFgsm(null, null, null, null, null))
        .isEqualTo(new DiFgsm(10, "epsilon/4", 0.0, 0.5, 0.9));
  }
}
