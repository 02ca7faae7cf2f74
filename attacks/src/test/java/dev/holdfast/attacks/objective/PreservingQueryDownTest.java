package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class PreservingQueryDownTest implements QueryContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {
      new PreservingQueryDown(null, 1e-2, null),
      new PreservingQueryDown(3, 0.5, null),
      new PreservingQueryDown(2, null, "robrank")
    };
  }

  @Override
  public Objective of(Integer candidates, String variant) {
    return new PreservingQueryDown(candidates, null, variant);
  }

  @Override
  public int candidates(Objective objective) {
    return ((PreservingQueryDown) objective).candidates();
  }

  @Override
  public boolean robrank(Objective objective) {
    return ((PreservingQueryDown) objective).variant().equals("robrank");
  }

  @Override
  public boolean down() {
    return true;
  }

  @Override
  public int kept() {
    return 5;
  }

  @Override
  public double beta(Objective objective) {
    return ((PreservingQueryDown) objective).beta();
  }

  @Test
  void the_weight_has_a_number() {
    assertThat(new PreservingQueryDown(null, null, null).beta()).isEqualTo(4e4);
    assertThatThrownBy(() -> new PreservingQueryDown(null, Double.NaN, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("beta (NaN)");
  }
}
