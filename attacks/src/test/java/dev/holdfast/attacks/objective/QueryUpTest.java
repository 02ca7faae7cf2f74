package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueryUpTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {
      new QueryUp(null, null), new QueryUp(3, null), new QueryUp(2, "robrank")
    };
  }

  private static boolean robrank(Objective objective) {
    return ((QueryUp) objective).variant().equals("robrank");
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int self = robrank(objective) ? -1 : world.self(item);
    int count = ((QueryUp) objective).candidates();
    int[] drawn = world.drawn(objective.id(), item, count, world.byId(j -> j != self));
    return drawn;
  }

  @Override
  public Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    int[] candidates = world.chosen(objective, item);
    double[] distances = world.distances(embedding);
    return Map.of(
        "candidate-rank", world.rank(distances, item, candidates, robrank(objective), false));
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    return -loss(objective, world, item, embedding, world.chosen(objective, item), 1);
  }

  private static double loss(
      Objective objective, World world, int item, double[] embedding, int[] candidates, int sign) {
    double[] all = world.distances(embedding);
    double sum = 0;
    int counted = 0;
    for (int candidate : candidates) {
      for (int x = 0; x < all.length; x++) {
        if (robrank(objective) || x != world.self(item)) {
          sum += Math.max(0, sign * (all[candidate] - all[x]));
          counted++;
        }
      }
    }
    return sum / counted;
  }

  @Test
  void refuses_what_makes_no_sense() {
    assertThat(new QueryUp(5, "robrank").label()).endsWith("-5-robrank");
    assertThatThrownBy(() -> new QueryUp(0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("candidates (0)");
    assertThatThrownBy(() -> new QueryUp(4, null).check(new long[4], new long[4]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("other items of the gallery");
  }
}
