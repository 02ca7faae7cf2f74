package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ElasticTransformTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new ElasticTransform();
  }

  @Override
  public Set<Integer> notAboveTheOneBefore(Dialect dialect) {
    return switch (dialect) {
      case HENDRYCKS_32 -> Set.of(2, 3, 4, 5);
      case HENDRYCKS_64 -> Set.of(2, 3, 4, 5);
      case HENDRYCKS_224 -> Set.of(3);
    };
  }

  @Test
  void changes_nothing_where_nothing_moves() {
    PixelImage clean = Pictures.detailed(30, 41, 1);
    int area = 30 * 41;
    for (int severity = 1; severity <= 5; severity++) {
      assertThat(
              new ElasticTransform()
                  .stretch(
                      clean,
                      severity,
                      Dialect.HENDRYCKS_64,
                      new double[6],
                      new double[area],
                      new double[area])
                  .values())
          .containsExactly(clean.values(), within(1e-6f));
    }
  }

  @Test
  void moves_the_picture_where_its_three_points_go() {
    PixelImage clean = Pictures.detailed(30, 41, 1);
    PixelImage moved =
        new ElasticTransform()
            .stretch(
                clean,
                1,
                Dialect.HENDRYCKS_64,
                new double[] {2, 1, 2, 1, 2, 1},
                new double[30 * 41],
                new double[30 * 41]);
    assertThat(moved.values()[17 * 41 + 12]).isCloseTo(clean.values()[16 * 41 + 10], within(1e-6f));
  }
}
