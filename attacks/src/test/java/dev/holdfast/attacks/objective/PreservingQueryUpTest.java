package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class PreservingQueryUpTest implements QueryContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {
      new PreservingQueryUp(null, 1e-2, null),
      new PreservingQueryUp(3, 0.5, null),
      new PreservingQueryUp(2, null, "robrank")
    };
  }

  @Override
  public Objective of(Integer candidates, String variant) {
    return new PreservingQueryUp(candidates, null, variant);
  }

  @Override
  public int candidates(Objective objective) {
    return ((PreservingQueryUp) objective).candidates();
  }

  @Override
  public boolean robrank(Objective objective) {
    return ((PreservingQueryUp) objective).variant().equals("robrank");
  }

  @Override
  public boolean down() {
    return false;
  }

  @Override
  public int kept() {
    return 5;
  }

  @Override
  public double beta(Objective objective) {
    return ((PreservingQueryUp) objective).beta();
  }

  @Test
  void the_weight_has_a_number() {
    assertThat(new PreservingQueryUp(null, null, null).beta()).isEqualTo(4e4);
    assertThatThrownBy(() -> new PreservingQueryUp(null, Double.NaN, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("beta (NaN)");
  }
}
