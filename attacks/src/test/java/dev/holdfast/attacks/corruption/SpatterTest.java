package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.Distances;
import dev.holdfast.attacks.imaging.Edges;
import dev.holdfast.attacks.imaging.PixelImage;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpatterTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Spatter();
  }

  @Override
  public Set<Integer> notAboveTheOneBefore(Dialect dialect) {
    return switch (dialect) {
      case HENDRYCKS_32 -> Set.of(4);
      case HENDRYCKS_64 -> Set.of(4);
      case HENDRYCKS_224 -> Set.of();
    };
  }

  @Test
  void water_lightens_and_mud_is_brown() {
    PixelImage gray = Pictures.plain(60, 60, .5f);
    PixelImage wet = corrupt(gray, 3, Dialect.HENDRYCKS_64, 0);
    assertThat(wet.values()).doesNotContain(Float.NaN);
    for (float value : wet.values()) {
      assertThat(value).isGreaterThanOrEqualTo(.5f);
    }
    PixelImage dirty = corrupt(gray, 5, Dialect.HENDRYCKS_64, 0);
    int area = 60 * 60;
    int brown = 0;
    for (int i = 0; i < area; i++) {
      boolean mud = dirty.values()[i] < .5f;
      assertThat(dirty.values()[i] >= dirty.values()[i + 2 * area]).isTrue();
      brown += mud ? 1 : 0;
    }
    assertThat(brown).isBetween(area / 100, area / 2);
  }

  @Test
  void distances_are_those_to_the_nearest_mark() {
    boolean[] marks = new boolean[7 * 9];
    marks[2 * 9 + 3] = true;
    double[] far = Distances.to(marks, 7, 9, 20);
    assertThat(far[2 * 9 + 3]).isZero();
    assertThat(far[2 * 9 + 6]).isEqualTo(3);
    assertThat(far[4 * 9 + 5]).isCloseTo(2.8, within(1e-4));
    assertThat(far[0 * 9 + 2]).isCloseTo(2.1969, within(1e-4));
    assertThat(Distances.to(new boolean[12], 3, 4, 20)).containsOnly(20);
  }

  @Test
  void an_edge_is_where_the_gradient_is_longest_across_it() {
    int[] levels = new int[8 * 8];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = i % 8 < 4 ? 10 : 200;
    }
    boolean[] edges = Edges.of(levels, 8, 8, 50, 150);
    for (int i = 0; i < levels.length; i++) {
      assertThat(edges[i]).as("column %d", i % 8).isEqualTo(i % 8 == 3);
    }
    assertThat(Edges.of(new int[4], 2, 2, 50, 150)).containsOnly(false);
  }
}
