package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreservingQueryUpTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {
      new PreservingQueryUp(null, 1e-2, null),
      new PreservingQueryUp(3, 0.5, null),
      new PreservingQueryUp(2, null, "robrank")
    };
  }

  private static boolean robrank(Objective objective) {
    return ((PreservingQueryUp) objective).variant().equals("robrank");
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int self = robrank(objective) ? -1 : world.self(item);
    int count = ((PreservingQueryUp) objective).candidates();
    int[] drawn = world.drawn(objective.id(), item, count, world.byId(j -> j != self));
    return IntStream.concat(Arrays.stream(drawn), Arrays.stream(world.nearest(item)).limit(5))
        .toArray();
  }

  @Override
  public Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    int count = ((PreservingQueryUp) objective).candidates();
    int[] chosen = world.chosen(objective, item);
    int[] candidates = Arrays.copyOf(chosen, count);
    int[] kept = Arrays.copyOfRange(chosen, count, chosen.length);
    double[] distances = world.distances(embedding);
    return Map.of(
        "candidate-rank",
        world.rank(distances, item, candidates, robrank(objective), false),
        "kept-rank",
        world.rank(distances, item, kept, robrank(objective), true));
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    return expectedNear(objective, world, item, embedding, embedding);
  }

  @Override
  public double expectedNear(
      Objective objective, World world, int item, double[] embedding, double[] at) {
    int count = ((PreservingQueryUp) objective).candidates();
    int[] chosen = world.chosen(objective, item);
    int[] candidates = Arrays.copyOf(chosen, count);
    int[] kept = Arrays.copyOfRange(chosen, count, chosen.length);
    double beta = ((PreservingQueryUp) objective).beta();
    double weight = Math.min(1e9, Math.exp(beta * loss(objective, world, item, at, kept, 1)));
    return -loss(objective, world, item, embedding, candidates, 1)
        - weight * loss(objective, world, item, embedding, kept, 1);
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
    assertThat(new PreservingQueryUp(5, null, "robrank").label()).endsWith("-5-robrank");
    assertThatThrownBy(() -> new PreservingQueryUp(0, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("candidates (0)");
    assertThatThrownBy(() -> new PreservingQueryUp(4, null, null).check(new long[4], new long[4]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("other items of the gallery");
  }
}
