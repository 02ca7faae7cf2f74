package dev.holdfast.attacks.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.Vectors;
import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingNoiseTest implements EmbeddingAttackContract {

  @Override
  public EmbeddingAttack attack() {
    return new EmbeddingNoise(null, null);
  }

  @Override
  public boolean random() {
    return true;
  }

  private static double rootMeanSquare(EmbeddingAttack.Moved moved) {
    return Math.sqrt(Arrays.stream(moved.lengths()).map(l -> l * l).average().orElseThrow());
  }

  @Test
  void its_length_is_the_scale_in_the_chosen_unit() {
    for (Distance distance : Distance.values()) {
      EmbeddingSet items = EmbeddingAttackContract.items(500, 40, 4, 0.7, 1);
      EmbeddingContext scene = new EmbeddingContext(items, distance, 0.8, 7, "cell");
      double norm = 0;
      for (int i = 0; i < items.size(); i++) {
        double[] row = EmbeddingContext.prepared(items, i, distance);
        norm += Math.sqrt(Vectors.dot(row, row)) / items.size();
      }
      // 20 000 numbers: the root mean square is known to half a percent.
      assertThat(rootMeanSquare(new EmbeddingNoise(2.0, null).move(items, scene)))
          .isCloseTo(2 * 0.8, within(0.03));
      assertThat(rootMeanSquare(new EmbeddingNoise(0.1, "norm").move(items, scene)))
          .isCloseTo(0.1 * norm, within(0.002 * norm));
    }
  }

  @Test
  void scale_0_returns_the_embeddings_bit_for_bit() {
    EmbeddingSet items = EmbeddingAttackContract.items(30, 9, 4, 0.7, 1);
    for (Distance distance : Distance.values()) {
      EmbeddingAttack.Moved moved =
          new EmbeddingNoise(0.0, null)
              .move(items, EmbeddingAttackContract.scene(items, distance, 7));
      assertThat(moved.embeddings().values()).isEqualTo(items.values());
      assertThat(moved.lengths()).containsOnly(0.0);
    }
  }

  @Test
  void the_unit_is_the_mean_distance_to_the_nearest_item() {
    List<QueryResult> results = List.of(result(0.5), result(0.02));
    assertThat(EmbeddingContext.neighborDistance(results, Distance.EUCLIDEAN))
        .isCloseTo(0.26, within(1e-12));
    // |a - b|^2 = 2 (1 - cos) for vectors of length 1.
    assertThat(EmbeddingContext.neighborDistance(results, Distance.COSINE))
        .isCloseTo((1 + 0.2) / 2, within(1e-12));
  }

  private static QueryResult result(double nearest) {
    return new QueryResult(
        1,
        1,
        1,
        new int[] {1},
        1,
        new int[] {0},
        new boolean[] {true},
        new double[] {nearest},
        nearest,
        1);
  }

  @Test
  void cells_draw_different_noise() {
    EmbeddingSet items = EmbeddingAttackContract.items(5, 9, 4, 0.7, 1);
    EmbeddingContext one = new EmbeddingContext(items, Distance.EUCLIDEAN, 0.8, 7, "one");
    EmbeddingContext two = new EmbeddingContext(items, Distance.EUCLIDEAN, 0.8, 7, "two");
    assertThat(attack().move(items, one).embeddings().values())
        .isNotEqualTo(attack().move(items, two).embeddings().values());
  }

  @Test
  void labels_tell_variants_apart() {
    assertThat(new EmbeddingNoise(null, null).label()).isEqualTo("embedding-noise-0.5");
    assertThat(new EmbeddingNoise(2.0, "norm").label()).isEqualTo("embedding-noise-2-norm");
  }

  @Test
  void refuses_what_makes_no_sense() {
    assertThatThrownBy(() -> new EmbeddingNoise(-1.0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "The scale (-1.0) of embedding attack embedding-noise must be finite");
    assertThatThrownBy(() -> new EmbeddingNoise(Double.NaN, null))
        .isInstanceOf(InputException.class);
    assertThatThrownBy(() -> new EmbeddingNoise(null, "norms"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("relative_to (norms)")
        .hasMessageContaining("you meant norm");
  }
}
