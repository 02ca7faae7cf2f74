package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NearestClassTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new NearestClass(null), new NearestClass(2), new NearestClass(99)};
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    long[] labels = world.gallery().labels();
    // The first item of each wrong class, in the order in which they are met.
    Map<Long, Integer> first = new LinkedHashMap<>();
    for (int row : world.nearest(item)) {
      if (world.other(item, row)) {
        first.putIfAbsent(labels[row], row);
      }
    }
    int place = Math.min(((NearestClass) objective).rank(), first.size());
    return new int[] {first.values().stream().skip(place - 1L).findFirst().orElseThrow()};
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    return -world.distance(embedding, world.gallery().row(world.chosen(objective, item)[0]));
  }

  @Test
  void has_a_rank_from_1() {
    assertThat(new NearestClass(null).label()).isEqualTo("nearest-class-1");
    assertThatThrownBy(() -> new NearestClass(0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("rank (0) of objective nearest-class");
  }
}
