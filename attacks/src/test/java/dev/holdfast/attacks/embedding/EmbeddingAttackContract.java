package dev.holdfast.attacks.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What holds for every attack on embeddings. */
interface EmbeddingAttackContract {

  /** Returns the attack with its defaults. */
  EmbeddingAttack attack();

  /** Tells whether two seeds give two results. */
  boolean random();

  /** Draws items of classes around centers. The first ones of two sets are the same items. */
  static EmbeddingSet items(int count, int dimension, int classes, double spread, long seed) {
    float[] values = new float[count * dimension];
    long[] ids = new long[count];
    long[] labels = new long[count];
    for (int i = 0; i < count; i++) {
      ids[i] = 1000 + 7L * i;
      labels[i] = 3L * (i % classes);
      CounterRng center = CounterRng.of(seed, "center", labels[i]);
      CounterRng own = CounterRng.of(seed, "item", ids[i]);
      for (int d = 0; d < dimension; d++) {
        values[i * dimension + d] = (float) (center.nextGaussian() + spread * own.nextGaussian());
      }
    }
    return new EmbeddingSet(values, dimension, ids, labels);
  }

  static EmbeddingContext scene(EmbeddingSet gallery, Distance distance, long seed) {
    return new EmbeddingContext(gallery, distance, 0.8, seed, "cell");
  }

  /** The inner product is no distance, and some attacks need one. */
  private List<Distance> distances() {
    return Arrays.stream(Distance.values())
        .filter(d -> d.isDistance() || !attack().needsDistance())
        .toList();
  }

  private EmbeddingAttack.Moved move(EmbeddingSet items, Distance distance, long seed) {
    return attack().move(items, scene(items(60, 9, 4, 0.7, 1), distance, seed));
  }

  @Test
  default void keeps_the_items_and_leaves_its_input_as_it_is() {
    for (Distance distance : distances()) {
      EmbeddingSet items = items(20, 9, 4, 0.7, 1);
      float[] before = items.values().clone();
      EmbeddingSet moved = move(items, distance, 7).embeddings();
      assertThat(items.values()).isEqualTo(before);
      assertThat(moved.values()).isNotSameAs(items.values()).isNotEqualTo(before);
      assertThat(moved.ids()).isEqualTo(items.ids());
      assertThat(moved.labels()).isEqualTo(items.labels());
      assertThat(moved.dimension()).isEqualTo(items.dimension());
      for (float value : moved.values()) {
        assertThat(value).isFinite();
      }
    }
  }

  @Test
  default void the_same_seed_gives_the_same_bytes_and_another_one_others() {
    for (Distance distance : distances()) {
      EmbeddingSet items = items(20, 9, 4, 0.7, 1);
      float[] first = move(items, distance, 7).embeddings().values();
      assertThat(move(items, distance, 7).embeddings().values()).isEqualTo(first);
      assertThat(Arrays.equals(move(items, distance, 8).embeddings().values(), first))
          .isNotEqualTo(random());
    }
  }

  @Test
  default void an_item_does_not_depend_on_the_others_or_on_the_order() {
    for (Distance distance : distances()) {
      EmbeddingSet items = items(20, 9, 4, 0.7, 1);
      int[] turned = IntStream.range(0, 20).map(i -> 19 - i).toArray();
      EmbeddingAttack.Moved all = move(items, distance, 7);
      EmbeddingAttack.Moved reversed = move(items.select(turned), distance, 7);
      EmbeddingAttack.Moved one = move(items.select(new int[] {13}), distance, 7);
      assertThat(reversed.embeddings().values())
          .isEqualTo(all.embeddings().select(turned).values());
      assertThat(reversed.lengths())
          .isEqualTo(Arrays.stream(turned).mapToDouble(i -> all.lengths()[i]).toArray());
      assertThat(one.embeddings().row(0)).isEqualTo(all.embeddings().row(13));
    }
  }

  @Test
  default void lengths_are_those_of_the_moves() {
    for (Distance distance : distances()) {
      EmbeddingSet items = items(20, 9, 4, 0.7, 1);
      EmbeddingAttack.Moved moved = move(items, distance, 7);
      for (int i = 0; i < 20; i++) {
        double[] from = EmbeddingContext.prepared(items, i, distance);
        double squares = 0;
        for (int d = 0; d < 9; d++) {
          squares += Math.pow(moved.embeddings().row(i)[d] - from[d], 2);
        }
        if (!Double.isNaN(moved.lengths()[i])) {
          // A result that lies on a boundary is passed by a hair.
          assertThat(moved.lengths()[i]).isCloseTo(Math.sqrt(squares), within(1e-3));
        }
      }
    }
  }

  @Test
  default void groups_stay_what_they_are() {
    EmbeddingSet items = items(20, 9, 4, 0.7, 1);
    long[] groups = IntStream.range(0, 20).mapToLong(i -> i % 3).toArray();
    EmbeddingSet grouped = new EmbeddingSet(items.values(), 9, items.ids(), items.labels(), groups);
    assertThat(move(grouped, Distance.EUCLIDEAN, 7).embeddings().groups()).isEqualTo(groups);
    assertThat(move(items, Distance.EUCLIDEAN, 7).embeddings().groups()).isNull();
  }

  @Test
  default void zeros_and_a_single_dimension_are_no_trouble() {
    for (Distance distance : distances()) {
      float[] values = {0, 1, -2, 0, 3};
      EmbeddingSet gallery =
          new EmbeddingSet(values, 1, new long[] {1, 2, 3, 4, 5}, new long[] {1, 1, 2, 2, 2});
      EmbeddingAttack.Moved moved = attack().move(gallery, scene(gallery, distance, 7));
      for (float value : moved.embeddings().values()) {
        assertThat(value).isFinite();
      }
    }
  }

  @Test
  default void says_whose_embeddings_it_can_change() {
    assertThat(attack().sides()).isNotEmpty().doesNotHaveDuplicates().isSubsetOf(Side.values());
  }
}
