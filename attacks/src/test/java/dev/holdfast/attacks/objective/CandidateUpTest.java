package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CandidateUpTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {
      new CandidateUp(null, null), new CandidateUp(3, null), new CandidateUp(2, "robrank")
    };
  }

  private static boolean robrank(Objective objective) {
    return ((CandidateUp) objective).variant().equals("robrank");
  }

  private static int queries(Objective objective) {
    return ((CandidateUp) objective).queries();
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int self = robrank(objective) ? -1 : world.self(item);
    return world.drawn(objective.id(), item, queries(objective), world.byId(j -> j != self));
  }

  @Override
  public Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    double sum = 0;
    for (int query : world.chosen(objective, item)) {
      double candidate = world.distance(embedding, world.gallery().row(query));
      double[] others = world.distances(World.row(world.gallery().values(), query));
      int ahead = 0;
      int counted = 0;
      for (int x = 0; x < others.length; x++) {
        if (robrank(objective) || (x != world.self(item) && x != query)) {
          boolean before = others[x] < candidate;
          ahead += before ? 1 : 0;
          counted++;
        }
      }
      sum += (double) ahead / counted;
    }
    return Map.of("candidate-rank", sum / queries(objective));
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    double sum = 0;
    for (int query : world.chosen(objective, item)) {
      double candidate = world.distance(embedding, world.gallery().row(query));
      double[] others = world.distances(World.row(world.gallery().values(), query));
      double loss = 0;
      int counted = 0;
      for (int x = 0; x < others.length; x++) {
        if (robrank(objective) || (x != world.self(item) && x != query)) {
          loss += Math.max(0, 1 * (candidate - others[x]));
          counted++;
        }
      }
      sum += loss / counted;
    }
    return -sum / queries(objective);
  }

  @Test
  void attacks_gallery_items() {
    assertThat(new CandidateUp(null, null).attacksCandidates()).isTrue();
    assertThat(new CandidateUp(5, "robrank").label()).endsWith("-5-robrank");
    assertThatThrownBy(() -> new CandidateUp(0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("queries (0)");
    assertThatThrownBy(() -> new CandidateUp(1, "rob"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("variant (rob)")
        .hasMessageContaining("robrank");
    assertThatThrownBy(() -> new CandidateUp(1, null).check(new long[1], new long[1]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("other items of the gallery");
  }
}
