package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreservingQueryDownTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {
      new PreservingQueryDown(null, 1e-2, null),
      new PreservingQueryDown(3, 0.5, null),
      new PreservingQueryDown(2, null, "robrank")
    };
  }

  private static boolean robrank(Objective objective) {
    return ((PreservingQueryDown) objective).variant().equals("robrank");
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int count = ((PreservingQueryDown) objective).candidates();
    int kept = 5;
    int pool = Math.max(count + kept, world.gallery().size() / 100);
    int[] places = IntStream.range(0, pool).toArray();
    CounterRng.of(7, objective.id(), world.batch().ids()[item]).shuffle(places);
    IntStream drawn = Arrays.stream(places).limit(count);
    IntStream rest = Arrays.stream(places).skip(count).sorted().limit(kept);
    int[] near = world.nearest(item);
    return IntStream.concat(drawn, rest).map(place -> near[place]).toArray();
  }

  @Override
  public Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    int count = ((PreservingQueryDown) objective).candidates();
    int[] chosen = world.chosen(objective, item);
    int[] candidates = Arrays.copyOf(chosen, count);
    int[] kept = Arrays.copyOfRange(chosen, count, chosen.length);
    double[] distances = world.distances(embedding);
    return Map.of(
        "candidate-rank",
        world.rank(distances, item, candidates, robrank(objective), true),
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
    int count = ((PreservingQueryDown) objective).candidates();
    int[] chosen = world.chosen(objective, item);
    int[] candidates = Arrays.copyOf(chosen, count);
    int[] kept = Arrays.copyOfRange(chosen, count, chosen.length);
    double beta = ((PreservingQueryDown) objective).beta();
    double weight = Math.min(1e9, Math.exp(beta * loss(objective, world, item, at, kept, 1)));
    return -loss(objective, world, item, embedding, candidates, -1)
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
    assertThat(new PreservingQueryDown(5, null, "robrank").label()).endsWith("-5-robrank");
    assertThatThrownBy(() -> new PreservingQueryDown(0, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("candidates (0)");
    assertThatThrownBy(() -> new PreservingQueryDown(4, null, null).check(new long[4], new long[4]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("other items of the gallery");
  }
}
