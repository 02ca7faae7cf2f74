package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class MultiTargetTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new MultiTarget(null), new MultiTarget(1), new MultiTarget(3)};
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int[] others = world.byId(j -> world.other(item, j));
    return world.drawn(objective.id(), item, ((MultiTarget) objective).targets(), others);
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    int count = ((MultiTarget) objective).targets();
    double sum = 0;
    for (int target : world.chosen(objective, item)) {
      sum += world.distance(embedding, world.gallery().row(target));
    }
    return -sum / count;
  }

  @Test
  void aims_at_five_targets_unless_told_otherwise() {
    assertThat(new MultiTarget(null).targets()).isEqualTo(5);
    assertThat(new MultiTarget(3).label()).isEqualTo("multi-target-3");
    assertThatThrownBy(() -> new MultiTarget(0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("targets (0)");
  }
}
