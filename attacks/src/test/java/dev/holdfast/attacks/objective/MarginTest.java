package dev.holdfast.attacks.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MarginTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new Margin(null), new Margin(2), new Margin(5)};
  }

  private static double[] sorted(World world, int item, double[] embedding, boolean relevant) {
    EmbeddingSet gallery = world.gallery();
    EmbeddingSet batch = world.batch();
    return IntStream.range(0, gallery.size())
        .filter(j -> gallery.ids()[j] != batch.ids()[item])
        .filter(j -> (gallery.labels()[j] == batch.labels()[item]) == relevant)
        .mapToDouble(j -> world.distance(embedding, gallery.row(j)))
        .sorted()
        .toArray();
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    return sorted(world, item, embedding, true)[0]
        - sorted(world, item, embedding, false)[((Margin) objective).k() - 1];
  }

  @Test
  void is_positive_exactly_where_recall_is_broken() {
    int broken = 0;
    int whole = 0;
    for (Distance distance : Distance.values()) {
      World world = new World(distance, 1);
      for (int k = 1; k <= 6; k++) {
        for (double by : new double[] {0, 0.5, 1, 2, 4, 8}) {
          float[] moved = world.moved(by);
          float[] losses = world.losses(new Margin(k), world.batch(), moved);
          for (int i = 0; i < world.batch().size(); i++) {
            double nearest = sorted(world, i, World.row(moved, i), true)[0];
            long before =
                Arrays.stream(sorted(world, i, World.row(moved, i), false))
                    .filter(d -> d < nearest)
                    .count();
            assertThat(losses[i] > 0)
                .as("%s, k %d, item %d", distance, k, i)
                .isEqualTo(before >= k);
            broken += before >= k ? 1 : 0;
            whole += before >= k ? 0 : 1;
          }
        }
      }
    }
    assertThat(broken).isGreaterThan(50);
    assertThat(whole).isGreaterThan(50);
  }

  @Test
  void items_of_the_group_of_a_query_do_not_count() {
    for (Distance distance : Distance.values()) {
      World plain = new World(distance, 1);
      World grouped = new World(distance, grouped(plain.gallery()), grouped(plain.batch()));
      float[] moved = grouped.moved(0.7);
      for (int k : new int[] {1, 3}) {
        float[] losses = grouped.losses(new Margin(k), grouped.batch(), moved);
        float[] others = plain.losses(new Margin(k), plain.batch(), moved);
        for (int i = 0; i < grouped.batch().size(); i++) {
          long group = grouped.batch().groups()[i];
          int[] rows =
              IntStream.range(0, grouped.gallery().size())
                  .filter(j -> grouped.gallery().groups()[j] != group)
                  .toArray();
          World rest = new World(distance, plain.gallery().select(rows), plain.batch());
          double[] embedding = World.row(moved, i);
          double expected = expected(new Margin(k), rest, i, embedding);
          assertThat((double) losses[i]).isCloseTo(expected, within(1e-5));
        }
        assertThat(losses).isNotEqualTo(others);
      }
    }
  }

  /** Three groups, across the classes. */
  private static EmbeddingSet grouped(EmbeddingSet set) {
    long[] groups = Arrays.stream(set.ids()).map(id -> Math.floorMod(id, 3L)).toArray();
    return new EmbeddingSet(set.values(), set.dimension(), set.ids(), set.labels(), groups);
  }

  /** The wrong items around an embedding, nearest first, and those around the clean one. */
  private static List<Integer> wrong(World world, int item, double[] embedding) {
    EmbeddingSet gallery = world.gallery();
    return IntStream.range(0, gallery.size())
        .filter(j -> gallery.labels()[j] != world.batch().labels()[item])
        .boxed()
        .sorted(Comparator.comparingDouble(j -> world.distance(embedding, gallery.row(j))))
        .toList();
  }

  @Test
  void a_row_that_aims_at_an_item_wants_that_and_k_minus_1_others_ahead() {
    for (Distance distance : Distance.values()) {
      World world = new World(distance, 1);
      int n = world.batch().size();
      int dimension = world.batch().dimension();
      float[] moved = world.moved(0.7);
      for (int k : new int[] {1, 2, 5}) {
        for (int rank : new int[] {1, 3, 7, 1000}) {
          int[] items = IntStream.range(0, n).toArray();
          int[] ranks = new int[n];
          Arrays.fill(ranks, rank);
          // One of them aims at whichever is nearest.
          ranks[0] = 0;
          float[] losses;
          try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
              GalleryView galleryView = world.galleryView(manager)) {
            losses =
                new Margin(k)
                    .aim(galleryView, world.batch())
                    .bind(items, ranks, manager)
                    .loss(
                        manager.create(
                            Arrays.copyOf(moved, n * dimension), new Shape(n, dimension)))
                    .toFloatArray();
          }
          for (int i = 1; i < n; i++) {
            double[] embedding = World.row(moved, i);
            List<Integer> clean = wrong(world, i, World.row(world.batch().values(), i));
            int aim = clean.get(Math.min(rank, clean.size()) - 1);
            List<Integer> others = new ArrayList<>(wrong(world, i, embedding));
            others.remove(Integer.valueOf(aim));
            double farthest = world.distance(embedding, world.gallery().row(aim));
            if (k > 1) {
              farthest =
                  Math.max(
                      farthest, world.distance(embedding, world.gallery().row(others.get(k - 2))));
            }
            assertThat((double) losses[i])
                .as("%s, k %d, rank %d", distance, k, rank)
                .isCloseTo(sorted(world, i, embedding, true)[0] - farthest, within(1e-5));
          }
          assertThat((double) losses[0])
              .isCloseTo(expected(new Margin(k), world, 0, World.row(moved, 0)), within(1e-5));
        }
      }
    }
  }

  @Test
  void fewer_others_than_k_cannot_break_recall() {
    World world = new World(Distance.EUCLIDEAN, 1);
    // Four items of the class of the first query, two others.
    int[] rows =
        IntStream.concat(
                IntStream.range(0, 40).filter(j -> world.gallery().labels()[j] == 0).limit(5),
                IntStream.range(0, 40).filter(j -> world.gallery().labels()[j] == 1).limit(2))
            .toArray();
    World small = new World(Distance.EUCLIDEAN, world.gallery().select(rows), world.batch());
    float[] far = small.moved(50);
    assertThat(small.losses(new Margin(1), small.batch(), far)[0]).isFinite();
    assertThat(small.losses(new Margin(3), small.batch(), far)[0]).isNegative().isFinite();
    assertThat(small.losses(new Margin(50), small.batch(), far)[0]).isNegative().isFinite();
  }

  @Test
  void a_query_without_relevant_items_is_broken_already() {
    World world = new World(Distance.EUCLIDEAN, 1);
    int[] rows = IntStream.range(0, 40).filter(j -> world.gallery().labels()[j] != 0).toArray();
    World lone = new World(Distance.EUCLIDEAN, world.gallery().select(rows), world.batch());
    assertThat(lone.losses(new Margin(1), lone.batch(), lone.moved(0))[0]).isPositive().isFinite();
  }

  @Test
  void refuses_a_k_below_1() {
    assertThat(new Margin(null).label()).isEqualTo("margin-1");
    assertThatThrownBy(() -> new Margin(0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("k (0) of objective margin");
  }
}
