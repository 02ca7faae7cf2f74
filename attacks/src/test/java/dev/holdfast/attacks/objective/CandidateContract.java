package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What objectives must do that move a candidate to queries or away from them. */
interface CandidateContract extends ObjectiveContract {

  /** Returns one with the usual values where null is given. */
  Objective of(Integer queries, String variant);

  int queries(Objective objective);

  boolean robrank(Objective objective);

  /** Whether the candidate is to be found behind everything else. */
  boolean down();

  @Override
  default Objective[] objectives() {
    return new Objective[] {of(null, null), of(3, null), of(2, "robrank")};
  }

  @Override
  default Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    boolean tiesAhead = down() && !robrank(objective);
    double sum = 0;
    for (int query : world.chosen(objective, item)) {
      double candidate = world.distance(embedding, world.gallery().row(query));
      double[] others = world.distances(World.row(world.gallery().values(), query));
      int ahead = 0;
      int counted = 0;
      for (int x = 0; x < others.length; x++) {
        if (counts(objective, world, item, query, x)) {
          ahead += others[x] < candidate || (tiesAhead && others[x] == candidate) ? 1 : 0;
          counted++;
        }
      }
      sum += (double) ahead / counted;
    }
    return Map.of("candidate-rank", sum / queries(objective));
  }

  @Override
  default double expected(Objective objective, World world, int item, double[] embedding) {
    int sign = down() ? -1 : 1;
    double sum = 0;
    for (int query : world.chosen(objective, item)) {
      double candidate = world.distance(embedding, world.gallery().row(query));
      double[] others = world.distances(World.row(world.gallery().values(), query));
      double loss = 0;
      int counted = 0;
      for (int x = 0; x < others.length; x++) {
        if (counts(objective, world, item, query, x)) {
          loss += Math.max(0, sign * (candidate - others[x]));
          counted++;
        }
      }
      sum += loss / counted;
    }
    return -sum / queries(objective);
  }

  private boolean counts(Objective objective, World world, int item, int query, int x) {
    return robrank(objective) || (x != world.self(item) && x != query);
  }

  @Test
  default void attacks_gallery_items() {
    assertThat(of(null, null).attacksGalleryItems()).isTrue();
    assertThat(of(5, "robrank").label()).endsWith("-5-robrank");
    assertThatThrownBy(() -> of(0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("queries (0)");
    assertThatThrownBy(() -> of(1, "rob"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("variant (rob)")
        .hasMessageContaining("robrank");
    assertThatThrownBy(() -> of(1, null).check(new long[1], new long[1]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("other items of the gallery");
  }
}
