package dev.holdfast.attacks.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.knn.ExactSearch;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class SignQuantizationTest implements EmbeddingAttackContract {

  @Override
  public EmbeddingAttack attack() {
    return new SignQuantization(null);
  }

  @Override
  public boolean random() {
    return false;
  }

  private static EmbeddingSet codes(String threshold, EmbeddingSet items, Distance distance) {
    return new SignQuantization(threshold)
        .move(items, EmbeddingAttackContract.scene(items, distance, 7))
        .embeddings();
  }

  @Test
  void codes_are_signs() {
    EmbeddingSet items =
        new EmbeddingSet(new float[] {0.5f, -0.1f, 0, 4}, 2, new long[] {1, 2}, new long[] {1, 2});
    for (Distance distance : Distance.values()) {
      assertThat(codes("zero", items, distance).values()).containsExactly(1, -1, -1, 1);
    }
    assertThat(codes("zero", items, Distance.EUCLIDEAN).values())
        .isEqualTo(items.signCodes().values());
    // The means are 0.25 and 1.95.
    assertThat(codes("mean", items, Distance.EUCLIDEAN).values()).containsExactly(1, -1, -1, 1);
  }

  @Test
  void both_distances_order_codes_as_hamming_does_with_the_same_ties() {
    EmbeddingSet codes =
        codes("zero", EmbeddingAttackContract.items(80, 24, 5, 1.5, 2), Distance.EUCLIDEAN);
    int[] ranks = IntStream.range(0, codes.size()).map(i -> hammingRank(codes, i)).toArray();
    assertThat(Arrays.stream(ranks).filter(r -> r > 1).count()).isBetween(10L, 70L);
    try (NDManager manager = NDManager.newBaseManager()) {
      for (Distance distance : Distance.values()) {
        try (ExactSearch search = ExactSearch.of(codes, distance, manager)) {
          assertThat(search.search(codes, 1).stream().mapToInt(r -> r.firstRelevantRank()))
              .containsExactly(IntStream.of(ranks).boxed().toArray(Integer[]::new));
        }
      }
    }
  }

  /** Rank of the first relevant item by counting bits, ties against the model. */
  private static int hammingRank(EmbeddingSet codes, int query) {
    int[] bits = new int[codes.size()];
    int nearest = Integer.MAX_VALUE;
    for (int i = 0; i < bits.length; i++) {
      for (int d = 0; d < codes.dimension(); d++) {
        bits[i] += codes.row(i)[d] == codes.row(query)[d] ? 0 : 1;
      }
      if (i != query && codes.labels()[i] == codes.labels()[query]) {
        nearest = Math.min(nearest, bits[i]);
      }
    }
    int rank = 1;
    for (int i = 0; i < bits.length; i++) {
      rank += codes.labels()[i] != codes.labels()[query] && bits[i] <= nearest ? 1 : 0;
    }
    return rank;
  }

  @Test
  void a_code_is_no_point_of_the_space() {
    EmbeddingSet items = EmbeddingAttackContract.items(5, 9, 4, 0.7, 1);
    assertThat(
            attack()
                .move(items, EmbeddingAttackContract.scene(items, Distance.COSINE, 7))
                .lengths())
        .containsOnly(Double.NaN);
  }

  @Test
  void refuses_an_unknown_threshold() {
    assertThat(new SignQuantization(null)).isEqualTo(new SignQuantization("zero"));
    assertThatThrownBy(() -> new SignQuantization("median"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("threshold (median)");
  }
}
