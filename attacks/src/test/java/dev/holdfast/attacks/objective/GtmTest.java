package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GtmTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new Gtm(null), new Gtm("robrank")};
  }

  @Override
  public boolean followsTheOrderOfTheGallery(Objective objective) {
    return objective.label().endsWith("robrank");
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    long[] labels = world.gallery().labels();
    int[] nearest = world.nearest(item);
    if (objective.label().equals("gtm")) {
      for (int row : nearest) {
        if (world.other(item, row)) {
          return new int[] {row};
        }
      }
    }
    // What RobRank computes: ranks of the items of other classes than that of the first one,
    // in the order of the gallery; the position of the smallest among them.
    int[] rank = new int[labels.length];
    Arrays.fill(rank, labels.length);
    for (int i = 0; i < nearest.length; i++) {
      rank[nearest[i]] = i;
    }
    int[] masked =
        IntStream.range(0, labels.length)
            .filter(j -> labels[j] != labels[nearest[0]])
            .map(j -> rank[j])
            .toArray();
    int smallest = 0;
    for (int i = 0; i < masked.length; i++) {
      smallest = masked[i] < masked[smallest] ? i : smallest;
    }
    return new int[] {smallest};
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    return -world.distance(embedding, world.gallery().row(world.chosen(objective, item)[0]));
  }

  @Test
  void the_corrected_target_is_the_nearest_wrong_one_and_that_of_robrank_mostly_is_not() {
    int same = 0;
    int items = 0;
    for (World world : World.several()) {
      for (int item = 0; item < world.batch().size(); item++) {
        int target = world.chosen(new Gtm(null), item)[0];
        assertThat(world.other(item, target)).isTrue();
        same += target == world.chosen(new Gtm("robrank"), item)[0] ? 1 : 0;
        items++;
      }
    }
    assertThat(same).isLessThan(items / 2);
  }
}
