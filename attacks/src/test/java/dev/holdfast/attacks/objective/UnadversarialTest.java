package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class UnadversarialTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new Unadversarial(null), new Unadversarial(4)};
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int count = ((Unadversarial) objective).targets();
    return world.drawn("unadversarial", item, count, world.byId(j -> world.relevant(item, j)));
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    return Arrays.stream(world.chosen(objective, item))
        .mapToDouble(j -> -world.distance(embedding, world.gallery().row(j)))
        .average()
        .orElseThrow();
  }

  @Test
  void refuses_a_class_with_one_item() {
    long[] labels = {1, 1, 2};
    new Unadversarial(1).check(labels, new long[] {1}, true);
    // Who is not in the gallery needs one item there.
    new Unadversarial(1).check(labels, labels, false);
    assertThatThrownBy(() -> new Unadversarial(1).check(labels, labels, true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("class (2) of objective unadversarial")
        .hasMessageContaining("another item");
  }
}
