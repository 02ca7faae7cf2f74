package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What objectives must do that move a query to candidates or away from them. */
interface QueryContract extends ObjectiveContract {

  /** Returns one with the usual values where null is given. */
  Objective of(Integer candidates, String variant);

  int candidates(Objective objective);

  boolean robrank(Objective objective);

  /** Whether candidates are to be found behind everything else. */
  boolean down();

  /** Number of near items that are to stay ahead. */
  default int kept() {
    return 0;
  }

  default double beta(Objective objective) {
    return 0;
  }

  @Override
  default int[] expectedChoice(Objective objective, World world, int item) {
    int count = candidates(objective);
    int[] near = world.nearest(item);
    if (!down()) {
      int self = robrank(objective) ? -1 : world.self(item);
      int[] drawn = world.drawn(objective.id(), item, count, world.byId(j -> j != self));
      return IntStream.concat(Arrays.stream(drawn), Arrays.stream(near).limit(kept())).toArray();
    }
    int pool = Math.max(count + kept(), world.gallery().size() / 100);
    int[] places = IntStream.range(0, pool).toArray();
    CounterRng.of(7, objective.id(), world.batch().ids()[item]).shuffle(places);
    IntStream drawn = Arrays.stream(places).limit(count);
    IntStream rest = Arrays.stream(places).skip(count).sorted().limit(kept());
    return IntStream.concat(drawn, rest).map(place -> near[place]).toArray();
  }

  @Override
  default Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    int count = candidates(objective);
    int[] chosen = world.chosen(objective, item);
    double[] distances = world.distances(embedding);
    boolean robrank = robrank(objective);
    Map<String, Double> measures = new TreeMap<>();
    measures.put(
        "candidate-rank",
        world.rank(distances, item, Arrays.copyOf(chosen, count), robrank, down()));
    if (kept() > 0) {
      int[] kept = Arrays.copyOfRange(chosen, count, chosen.length);
      measures.put("kept-rank", world.rank(distances, item, kept, robrank, true));
    }
    return measures;
  }

  @Override
  default double expected(Objective objective, World world, int item, double[] embedding) {
    return expectedNear(objective, world, item, embedding, embedding);
  }

  @Override
  default double expectedNear(
      Objective objective, World world, int item, double[] embedding, double[] at) {
    int count = candidates(objective);
    int[] chosen = world.chosen(objective, item);
    double moved =
        -loss(objective, world, item, embedding, Arrays.copyOf(chosen, count), down() ? -1 : 1);
    if (kept() == 0) {
      return moved;
    }
    int[] kept = Arrays.copyOfRange(chosen, count, chosen.length);
    double weight =
        Math.min(1e9, Math.exp(beta(objective) * loss(objective, world, item, at, kept, 1)));
    return moved - weight * loss(objective, world, item, embedding, kept, 1);
  }

  private double loss(
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
  default void refuses_what_makes_no_sense() {
    assertThat(of(5, "robrank").label()).endsWith("-5-robrank");
    assertThatThrownBy(() -> of(0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("candidates (0)");
    assertThatThrownBy(() -> of(4, null).check(new long[4], new long[4]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("other items of the gallery");
  }
}
