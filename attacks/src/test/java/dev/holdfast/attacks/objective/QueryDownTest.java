package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QueryDownTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {
      new QueryDown(null, null), new QueryDown(3, null), new QueryDown(2, "robrank")
    };
  }

  private static boolean robrank(Objective objective) {
    return ((QueryDown) objective).variant().equals("robrank");
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int count = ((QueryDown) objective).candidates();
    int kept = 0;
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
    int[] candidates = world.chosen(objective, item);
    double[] distances = world.distances(embedding);
    return Map.of(
        "candidate-rank", world.rank(distances, item, candidates, robrank(objective), true));
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    return -loss(objective, world, item, embedding, world.chosen(objective, item), -1);
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
    assertThat(new QueryDown(5, "robrank").label()).endsWith("-5-robrank");
    assertThatThrownBy(() -> new QueryDown(0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("candidates (0)");
    assertThatThrownBy(() -> new QueryDown(4, null).check(new long[4], new long[4]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("other items of the gallery");
  }
}
