package dev.holdfast.attacks.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.random.CounterRng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class BoundaryDistanceTest implements EmbeddingAttackContract {

  private static final List<Distance> DISTANCES = List.of(Distance.EUCLIDEAN, Distance.COSINE);

  @Test
  void the_inner_product_is_no_distance() {
    EmbeddingSet items = EmbeddingAttackContract.items(20, 9, 4, 0.7, 1);
    assertThat(new BoundaryDistance().needsDistance()).isTrue();
    assertThatThrownBy(
            () ->
                new BoundaryDistance()
                    .move(items, EmbeddingAttackContract.scene(items, Distance.DOT, 7)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dot is no distance");
  }

  @Override
  public EmbeddingAttack attack() {
    return new BoundaryDistance();
  }

  @Override
  public boolean random() {
    return false;
  }

  private static EmbeddingAttack.Moved move(
      EmbeddingSet queries, EmbeddingSet gallery, Distance distance) {
    return new BoundaryDistance()
        .move(queries, EmbeddingAttackContract.scene(gallery, distance, 7));
  }

  private static EmbeddingSet set(int dimension, long[] ids, long[] labels, double... values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return new EmbeddingSet(floats, dimension, ids, labels);
  }

  private static double one(Distance distance, EmbeddingSet query, EmbeddingSet gallery) {
    return move(query, gallery, distance).lengths()[0];
  }

  @Test
  void between_two_items_the_border_is_in_the_middle() {
    EmbeddingSet gallery = set(2, new long[] {1, 2}, new long[] {5, 6}, 0, 0, 4, 0);
    EmbeddingSet query = set(2, new long[] {9}, new long[] {5}, 0.5, 3);
    assertThat(one(Distance.EUCLIDEAN, query, gallery)).isCloseTo(1.5, within(1e-12));
    // Directions: the relevant one is at 0 degrees, the other at 60, the query at 10.
    double degree = Math.PI / 180;
    EmbeddingSet turned =
        set(
            2,
            new long[] {1, 2},
            new long[] {5, 6},
            3,
            0,
            Math.cos(60 * degree),
            Math.sin(60 * degree));
    EmbeddingSet ray =
        set(
            2,
            new long[] {9},
            new long[] {5},
            7 * Math.cos(10 * degree),
            7 * Math.sin(10 * degree));
    assertThat(one(Distance.COSINE, ray, turned)).isCloseTo(Math.sin(20 * degree), within(1e-6));
  }

  @Test
  void several_relevant_items_are_all_to_be_passed() {
    // The other item at 4 lies between the relevant ones at 0 and 7: it wins from 2 to 5.5.
    EmbeddingSet line = set(1, new long[] {1, 2, 3}, new long[] {5, 5, 6}, 0, 7, 4);
    for (double from : new double[] {-1, 0.5, 6, 9}) {
      EmbeddingSet query = set(1, new long[] {9}, new long[] {5}, from);
      double expected = from < 4 ? 2 - from : from - 5.5;
      assertThat(one(Distance.EUCLIDEAN, query, line)).isCloseTo(expected, within(1e-12));
    }
    // In the plane, the nearest point of a cell is a corner: passing one relevant item is less.
    EmbeddingSet corner = set(2, new long[] {1, 2, 3}, new long[] {5, 5, 6}, -1, 0, 1, 0, 0, 2);
    EmbeddingSet query = set(2, new long[] {9}, new long[] {5}, 0, 0);
    assertThat(one(Distance.EUCLIDEAN, query, corner)).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void a_clean_miss_a_tie_and_a_query_without_relevant_items_are_there_already() {
    EmbeddingSet gallery = set(1, new long[] {1, 2, 3}, new long[] {5, 6, 6}, 0, 4, 0);
    for (double from : new double[] {3, 0}) {
      EmbeddingSet query = set(1, new long[] {9}, new long[] {5}, from);
      EmbeddingAttack.Moved moved = move(query, gallery, Distance.EUCLIDEAN);
      assertThat(moved.lengths()[0]).isZero();
      assertThat(moved.embeddings().values()).isEqualTo(query.values());
    }
    EmbeddingSet lone = set(1, new long[] {9}, new long[] {8}, 1);
    assertThat(one(Distance.EUCLIDEAN, lone, gallery)).isZero();
  }

  @Test
  void the_query_itself_is_no_item_of_the_gallery() {
    EmbeddingSet gallery = set(1, new long[] {1, 2, 3}, new long[] {5, 5, 6}, 0, 1, 5);
    // Without the first item the border is at 3; its own row would not move it, but its label does.
    assertThat(one(Distance.EUCLIDEAN, gallery.select(new int[] {0}), gallery))
        .isCloseTo(3, within(1e-12));
    assertThat(one(Distance.EUCLIDEAN, gallery.select(new int[] {2}), gallery)).isZero();
    EmbeddingSet other = set(1, new long[] {1, 2, 3}, new long[] {6, 5, 6}, 0, 1, 5);
    assertThat(one(Distance.EUCLIDEAN, set(1, new long[] {1}, new long[] {5}, 0), other))
        .isCloseTo(3, within(1e-12));
  }

  @Test
  void items_of_the_group_of_the_query_are_not_compared_with_it() {
    float[] values = {0, 1, 3, 9};
    long[] ids = {1, 2, 3, 4};
    long[] labels = {5, 5, 6, 6};
    EmbeddingSet gallery = new EmbeddingSet(values, 1, ids, labels, new long[] {7, 8, 7, 8});
    EmbeddingSet query =
        new EmbeddingSet(new float[] {0}, 1, new long[] {9}, new long[] {5}, new long[] {7});
    // Items 1 and 3 are of its group: what is left are 1 and 9, with the border at 5.
    assertThat(one(Distance.EUCLIDEAN, query, gallery)).isCloseTo(5, within(1e-12));
    EmbeddingSet without = new EmbeddingSet(new float[] {0}, 1, new long[] {9}, new long[] {5});
    assertThat(one(Distance.EUCLIDEAN, without, gallery)).isCloseTo(2, within(1e-12));
  }

  @Test
  void directions_more_than_90_degrees_away_are_lost_at_the_origin() {
    EmbeddingSet gallery =
        set(2, new long[] {1, 2, 3}, new long[] {5, 5, 6}, 1, 0.6, 1, -0.6, -1, 0);
    EmbeddingSet query = set(2, new long[] {9}, new long[] {5}, 2, 0);
    assertThat(one(Distance.COSINE, query, gallery)).isCloseTo(1, within(1e-9));
  }

  @Test
  void equals_the_nearest_of_all_feet_and_corners_in_the_plane() {
    for (Distance distance : DISTANCES) {
      int corners = 0;
      for (int seed = 0; seed < 25; seed++) {
        EmbeddingSet gallery = EmbeddingAttackContract.items(24, 2, 3, 0.7, seed);
        double[] lengths = move(gallery, gallery, distance).lengths();
        for (int i = 0; i < 24; i++) {
          double feet = byHand(gallery, i, distance, false);
          double all = Math.min(feet, byHand(gallery, i, distance, true));
          assertThat(lengths[i])
              .as("%s, set %d, query %d", distance, seed, i)
              .isCloseTo(all, within(1e-7));
          corners += all < feet - 1e-7 ? 1 : 0;
        }
      }
      // Under the cosine distance all bisectors meet in the origin, which is rarely the nearest.
      assertThat(corners).isGreaterThan(distance == Distance.EUCLIDEAN ? 20 : 0);
    }
  }

  /** Feet of perpendiculars on bisectors, or corners between two of them, where an item wins. */
  private static double byHand(
      EmbeddingSet gallery, int query, Distance distance, boolean corners) {
    double[] q = EmbeddingContext.prepared(gallery, query, distance);
    double best = Double.POSITIVE_INFINITY;
    for (int n = 0; n < gallery.size(); n++) {
      if (gallery.labels()[n] == gallery.labels()[query]) {
        continue;
      }
      double[] other = EmbeddingContext.prepared(gallery, n, distance);
      List<double[]> lines = new ArrayList<>();
      for (int p = 0; p < gallery.size(); p++) {
        if (gallery.labels()[p] == gallery.labels()[query] && p != query) {
          double[] relevant = EmbeddingContext.prepared(gallery, p, distance);
          double x = other[0] - relevant[0];
          double y = other[1] - relevant[1];
          // x w0 + y w1 >= c, from |q + w - n| <= |q + w - p|.
          double c = x * (other[0] + relevant[0]) / 2 + y * (other[1] + relevant[1]) / 2;
          lines.add(new double[] {x, y, c - x * q[0] - y * q[1]});
        }
      }
      List<double[]> candidates = new ArrayList<>(List.of(new double[2]));
      for (double[] a : lines) {
        double squared = a[0] * a[0] + a[1] * a[1];
        candidates.add(new double[] {a[0] * a[2] / squared, a[1] * a[2] / squared});
        for (double[] b : corners ? lines : List.<double[]>of()) {
          double det = a[0] * b[1] - a[1] * b[0];
          if (Math.abs(det) > 1e-9) {
            candidates.add(
                new double[] {
                  (a[2] * b[1] - a[1] * b[2]) / det, (a[0] * b[2] - a[2] * b[0]) / det
                });
          }
        }
      }
      for (double[] w : candidates) {
        if (lines.stream().allMatch(a -> a[0] * w[0] + a[1] * w[1] >= a[2] - 1e-9)) {
          best = Math.min(best, Math.hypot(w[0], w[1]));
        }
      }
    }
    return best;
  }

  @Test
  void no_attack_by_gradient_gets_there_sooner_and_a_good_one_hardly_later() {
    for (Distance distance : DISTANCES) {
      EmbeddingSet gallery = EmbeddingAttackContract.items(80, 8, 4, 0.5, 3);
      double[] lengths = move(gallery, gallery, distance).lengths();
      int reached = 0;
      int all = 0;
      for (int i = 0; i < gallery.size(); i++) {
        if (lengths[i] > 0) {
          all++;
          assertThat(ascend(gallery, i, distance, 0.999 * lengths[i])).isNegative();
          reached += ascend(gallery, i, distance, 1.05 * lengths[i]) >= 0 ? 1 : 0;
        }
      }
      assertThat(all).isGreaterThan(40);
      assertThat(reached).isGreaterThan(all * 9 / 10);
    }
  }

  /** Projected gradient ascent of the margin with a few random starts; returns the best margin. */
  private static double ascend(EmbeddingSet gallery, int query, Distance distance, double radius) {
    double[][] rows =
        IntStream.range(0, gallery.size())
            .mapToObj(i -> EmbeddingContext.prepared(gallery, i, distance))
            .toArray(double[][]::new);
    double[] from = rows[query];
    double best = Double.NEGATIVE_INFINITY;
    CounterRng rng = CounterRng.of(1, "ascend", query);
    for (int restart = 0; restart < 4; restart++) {
      double[] w = new double[from.length];
      for (int d = 0; d < w.length && restart > 0; d++) {
        w[d] = radius * rng.nextGaussian() / Math.sqrt(w.length);
      }
      for (int step = 0; step < 150; step++) {
        double[] nearest = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        int[] item = new int[2];
        for (int i = 0; i < rows.length; i++) {
          int side = gallery.labels()[i] == gallery.labels()[query] ? 0 : 1;
          double squares = 0;
          for (int d = 0; d < w.length; d++) {
            squares += Math.pow(from[d] + w[d] - rows[i][d], 2);
          }
          if (i != query && squares < nearest[side]) {
            nearest[side] = squares;
            item[side] = i;
          }
        }
        best = Math.max(best, nearest[0] - nearest[1]);
        double[] gradient = new double[w.length];
        double length = 0;
        for (int d = 0; d < w.length; d++) {
          gradient[d] = rows[item[1]][d] - rows[item[0]][d];
          length += gradient[d] * gradient[d];
        }
        double norm = 0;
        for (int d = 0; d < w.length; d++) {
          w[d] += radius * 5 / (5 + step) * gradient[d] / Math.sqrt(length);
          norm += w[d] * w[d];
        }
        for (int d = 0; d < w.length; d++) {
          w[d] *= Math.min(1, radius / Math.sqrt(norm));
        }
      }
    }
    return best;
  }

  @Test
  void the_moved_embedding_is_a_miss_for_the_search() {
    try (NDManager manager = NDManager.newBaseManager()) {
      for (Distance distance : DISTANCES) {
        EmbeddingSet gallery = EmbeddingAttackContract.items(200, 16, 10, 0.5, 4);
        EmbeddingAttack.Moved moved = move(gallery, gallery, distance);
        try (ExactSearch search = ExactSearch.of(gallery, distance, manager)) {
          List<QueryResult> before = search.search(gallery, 1);
          List<QueryResult> after = search.search(moved.embeddings(), 1);
          int hits = 0;
          for (int i = 0; i < gallery.size(); i++) {
            boolean hit = before.get(i).firstRelevantRank() == 1;
            hits += hit ? 1 : 0;
            assertThat(moved.lengths()[i] > 0).isEqualTo(hit);
            assertThat(after.get(i).firstRelevantRank()).isGreaterThan(1);
          }
          assertThat(hits).isBetween(150, 200);
        }
      }
    }
  }

  @Test
  void scales_with_the_space_and_does_not_see_lengths_under_the_cosine_distance() {
    EmbeddingSet gallery = EmbeddingAttackContract.items(60, 6, 4, 0.5, 5);
    float[] tenfold = gallery.values().clone();
    float[] stretched = gallery.values().clone();
    for (int i = 0; i < tenfold.length; i++) {
      tenfold[i] *= 16;
      stretched[i] *= 1 << (i / 6 % 5);
    }
    double[] plain = move(gallery, gallery, Distance.EUCLIDEAN).lengths();
    EmbeddingSet large = new EmbeddingSet(tenfold, 6, gallery.ids(), gallery.labels());
    assertThat(move(large, large, Distance.EUCLIDEAN).lengths())
        .usingComparatorWithPrecision(1e-9)
        .containsExactly(Arrays.stream(plain).map(l -> 16 * l).toArray());
    EmbeddingSet uneven = new EmbeddingSet(stretched, 6, gallery.ids(), gallery.labels());
    assertThat(move(uneven, uneven, Distance.COSINE).lengths())
        .usingComparatorWithPrecision(1e-9)
        .containsExactly(move(gallery, gallery, Distance.COSINE).lengths());
  }

  @Test
  void collapsed_embeddings_and_copies_have_no_distance_to_another_class() {
    float[] values = new float[40 * 5];
    Arrays.fill(values, 0.3f);
    EmbeddingSet collapsed =
        new EmbeddingSet(
            values,
            5,
            IntStream.range(0, 40).asLongStream().toArray(),
            IntStream.range(0, 40).mapToLong(i -> i % 4).toArray());
    for (Distance distance : DISTANCES) {
      assertThat(move(collapsed, collapsed, distance).lengths()).containsOnly(0.0);
    }
  }

  @Test
  void many_copies_and_points_on_a_line_are_solved_as_well() {
    for (int seed = 0; seed < 20; seed++) {
      EmbeddingSet gallery = EmbeddingAttackContract.items(60, 5, 3, 0.4, seed);
      float[] values = gallery.values().clone();
      // Half of the items are copies of others of their class, or halfway to them.
      for (int i = 30; i < 60; i++) {
        for (int d = 0; d < 5; d++) {
          values[i * 5 + d] =
              i % 2 == 0
                  ? values[(i - 30) * 5 + d]
                  : (values[(i - 30) * 5 + d] + values[(i - 27) * 5 + d]) / 2;
        }
      }
      EmbeddingSet doubled = new EmbeddingSet(values, 5, gallery.ids(), gallery.labels());
      for (Distance distance : DISTANCES) {
        for (double length : move(doubled, doubled, distance).lengths()) {
          assertThat(length).isGreaterThanOrEqualTo(0).isLessThan(10);
        }
      }
    }
  }

  @Test
  void without_another_class_there_is_no_end() {
    EmbeddingSet gallery = set(1, new long[] {1, 2}, new long[] {5, 5}, 0, 1);
    assertThat(one(Distance.EUCLIDEAN, gallery.select(new int[] {0}), gallery)).isInfinite();
  }
}
