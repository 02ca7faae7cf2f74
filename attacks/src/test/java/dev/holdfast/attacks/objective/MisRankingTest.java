package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class MisRankingTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new MisRanking(null), new MisRanking(2.0)};
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    double[] all = world.distances(embedding);
    double farthest = 0;
    double nearest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < all.length; j++) {
      if (world.other(item, j)) {
        farthest = Math.max(farthest, all[j]);
      } else if (world.relevant(item, j) || false) {
        nearest = Math.min(nearest, all[j]);
      }
    }
    return -Math.max(0, farthest - nearest + ((MisRanking) objective).margin());
  }

  @Test
  void has_the_margin_of_the_paper() {
    assertThat(new MisRanking(null).margin()).isEqualTo(0.3);
    assertThatThrownBy(() -> new MisRanking(-1.0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("margin (-1.0)");
  }
}
