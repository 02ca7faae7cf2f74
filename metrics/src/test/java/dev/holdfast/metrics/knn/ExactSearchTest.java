package dev.holdfast.metrics.knn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.Ranks;
import dev.holdfast.metrics.random.CounterRng;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("native")
class ExactSearchTest {

  private static final String THREADS = "ai.djl.pytorch.num_threads";

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @EnumSource
  void equals_a_full_sort_where_queries_and_gallery_are_one_set(Distance distance) {
    EmbeddingSet set = RandomSets.clusters(211, 19, 9, 1000, 1);

    compareWithBruteForce(set, set, distance);
  }

  @ParameterizedTest
  @EnumSource
  void equals_a_full_sort_where_ids_overlap_in_part(Distance distance) {
    EmbeddingSet gallery = RandomSets.clusters(150, 8, 6, 1000, 2);
    EmbeddingSet queries = RandomSets.clusters(90, 8, 5, 930, 2);

    compareWithBruteForce(gallery, queries, distance);
  }

  @ParameterizedTest
  @EnumSource
  void equals_a_full_sort_where_ids_are_disjoint(Distance distance) {
    EmbeddingSet gallery = RandomSets.clusters(150, 33, 6, 1000, 3);
    EmbeddingSet queries = RandomSets.clusters(40, 33, 5, -1000, 3);

    compareWithBruteForce(gallery, queries, distance);
  }

  @ParameterizedTest
  @EnumSource
  void equals_a_full_sort_where_most_distances_tie(Distance distance) {
    // Small integers: every sum is exact in any order, and many different rows are equally far.
    EmbeddingSet set = RandomSets.of(240, 5, 7, 1000, random -> random.nextInt(3) - 1);

    compareWithBruteForce(set, set, distance);
  }

  @ParameterizedTest
  @EnumSource
  void equals_a_full_sort_where_groups_are_left_out(Distance distance) {
    EmbeddingSet set = RandomSets.ties(150, 4, 6, 1000, 1);
    EmbeddingSet others = RandomSets.ties(70, 4, 5, 0, 2);

    compareWithBruteForce(set, set, distance);
    compareWithBruteForce(set, others, distance);
  }

  @ParameterizedTest
  @EnumSource
  void equals_a_full_sort_where_large_groups_and_small_ones_are_left_out(Distance distance) {
    EmbeddingSet set = RandomSets.clusters(160, 12, 9, 1000, 3);
    // Groups of 1, 2, 4, ... and all the rest.
    long[] groups =
        IntStream.range(0, 160).mapToLong(i -> 63 - Long.numberOfLeadingZeros(i + 1)).toArray();
    EmbeddingSet grouped =
        new EmbeddingSet(set.values(), set.dimension(), set.ids(), set.labels(), groups);

    compareWithBruteForce(grouped, grouped, distance);
  }

  @ParameterizedTest
  @EnumSource
  void equals_a_full_sort_of_sign_codes(Distance distance) {
    EmbeddingSet set = RandomSets.clusters(180, 12, 6, 1000, 4).signCodes();

    compareWithBruteForce(set, set, distance);
  }

  @Test
  void leaves_out_groups_only_where_both_sides_have_them() {
    EmbeddingSet with = RandomSets.ties(40, 4, 3, 1000, 1);
    EmbeddingSet without =
        new EmbeddingSet(with.values(), with.dimension(), with.ids(), with.labels());

    List<QueryResult> all = search(without, without, Distance.EUCLIDEAN, 16, 40);

    assertThat(all).allMatch(result -> result.neighbors().length == 39);
    SameResults.EXACT.check(search(with, without, Distance.EUCLIDEAN, 16, 40), all);
    assertThat(search(with, with, Distance.EUCLIDEAN, 16, 40))
        .allMatch(result -> result.neighbors().length == 35);
  }

  @ParameterizedTest
  @EnumSource
  void equals_a_full_sort_where_float32_cannot_tell_distances_apart(Distance distance) {
    EmbeddingSet set = nearlyCollapsed(0.05);

    compareWithBruteForce(set, set, distance);
  }

  @ParameterizedTest
  @EnumSource
  void equals_a_full_sort_where_norms_are_worlds_apart(Distance distance) {
    EmbeddingSet set = worldsApart(12);

    compareWithBruteForce(set, set, distance);
  }

  @ParameterizedTest
  @EnumSource
  void does_not_depend_on_the_scale_of_the_embeddings(Distance distance) {
    EmbeddingSet set = RandomSets.clusters(130, 24, 6, 1000, 6);
    List<QueryResult> expected = search(set, set, distance, 64, 10);

    for (int exponent : new int[] {-100, -20, 20, 100}) {
      EmbeddingSet scaled = RandomSets.scaled(set, Math.scalb(1f, exponent));
      List<QueryResult> results = search(scaled, scaled, distance, 64, 10);
      SameResults.EXACT
          .ignoring("distances", "nearestRelevantDistance", "nearestOtherDistance")
          .check(results, expected);
      double factor =
          switch (distance) {
            case EUCLIDEAN -> Math.scalb(1.0, exponent);
            case COSINE -> 1;
            case DOT -> Math.scalb(1.0, 2 * exponent);
          };
      assertThat(results.get(0).nearestRelevantDistance())
          .isEqualTo(factor * expected.get(0).nearestRelevantDistance());
    }
  }

  @ParameterizedTest
  @EnumSource
  void works_at_scales_of_a_million_and_a_millionth(Distance distance) {
    EmbeddingSet set = RandomSets.clusters(100, 24, 6, 1000, 6);

    for (float factor : new float[] {1e6f, 1e-6f}) {
      EmbeddingSet scaled = RandomSets.scaled(set, factor);
      compareWithBruteForce(scaled, scaled, distance);
    }
  }

  @Test
  void ranks_whole_numbers_whose_squares_no_double_holds_by_their_exact_keys() {
    // Products of small queries with a large gallery are exact, the squares of the gallery are not.
    EmbeddingSet gallery =
        RandomSets.of(120, 3, 5, 1000, random -> (1 << 27) + random.nextInt(3) * 16);
    EmbeddingSet queries = RandomSets.of(60, 3, 5, -1000, random -> random.nextInt(7) - 3);
    List<QueryResult> results = search(gallery, queries, Distance.EUCLIDEAN, 16, 10);

    for (int query = 0; query < queries.size(); query++) {
      long label = queries.labels()[query];
      double[] squares = new double[gallery.size()];
      for (int item = 0; item < squares.length; item++) {
        for (int i = 0; i < 3; i++) {
          double difference =
              (double) queries.values()[3 * query + i] - gallery.values()[3 * item + i];
          squares[item] += difference * difference;
        }
      }
      double nearest =
          IntStream.range(0, squares.length)
              .filter(item -> gallery.labels()[item] == label)
              .mapToDouble(item -> squares[item])
              .min()
              .orElseThrow();
      long before =
          IntStream.range(0, squares.length)
              .filter(item -> gallery.labels()[item] != label && squares[item] <= nearest)
              .count();
      assertThat(results.get(query).firstRelevantRank()).isEqualTo(1 + before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void does_not_depend_on_the_order_of_the_queries(Distance distance) {
    EmbeddingSet set = RandomSets.clusters(140, 12, 6, 1000, 7);

    List<QueryResult> reversed = search(set, RandomSets.reversed(set), distance, 16, 10);

    List<QueryResult> expected = search(set, set, distance, 16, 10);
    assertThat(reversed).hasSize(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      SameResults.EXACT.check(reversed.get(expected.size() - 1 - i), expected.get(i));
    }
  }

  @ParameterizedTest
  @EnumSource
  void does_not_depend_on_the_block_size(Distance distance) {
    EmbeddingSet set = RandomSets.clusters(75, 12, 6, 1000, 8);
    List<QueryResult> expected = search(set, set, distance, 75, 10);

    for (int blockRows : new int[] {1, 2, 7, 74, 1000}) {
      SameResults.EXACT.check(search(set, set, distance, blockRows, 10), expected);
    }
  }

  @Test
  void does_not_depend_on_the_number_of_threads() {
    EmbeddingSet set = RandomSets.clusters(75, 12, 6, 1000, 8);
    EmbeddingSet others = set.select(IntStream.range(3, 50).toArray());
    List<QueryResult> expected = search(set, set, Distance.EUCLIDEAN, 75, 10);
    List<QueryResult> expectedOfOthers = search(set, others, Distance.EUCLIDEAN, 7, 10);

    String before = System.getProperty(THREADS);
    try {
      for (String threads : new String[] {"1", "5"}) {
        System.setProperty(THREADS, threads);
        SameResults.EXACT.check(search(set, set, Distance.EUCLIDEAN, 75, 10), expected);
        SameResults.EXACT.check(search(set, others, Distance.EUCLIDEAN, 7, 10), expectedOfOthers);
      }
    } finally {
      System.setProperty(THREADS, before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void finds_the_same_whether_it_lists_few_items_or_all(Distance distance) {
    List<EmbeddingSet> sets =
        List.of(
            RandomSets.clusters(90, 12, 30, 1000, 9),
            nearlyCollapsed(1e-4),
            worldsApart(30),
            worldsApart(100));
    for (EmbeddingSet set : sets) {
      // With all items on the list, the order is that of the doubles alone.
      List<QueryResult> deep = search(set, set, distance, 64, set.size());
      List<QueryResult> shallow = search(set, set, distance, 64, 1);

      for (int i = 0; i < set.size(); i++) {
        QueryResult all = deep.get(i);
        QueryResult few = shallow.get(i);
        assertThat(all.neighbors()).hasSize(set.size() - 1).startsWith(few.neighbors());
        assertThat(all.distances()).isSorted().startsWith(few.distances());
        assertThat(few.neighbors()).hasSize(1);
        int firstHit = firstOf(all.hits(), true);
        assertThat(few.firstRelevantRank()).isEqualTo(firstHit + 1);
        assertThat(all.relevantRanks()).hasSize(all.relevant()).startsWith(few.relevantRanks());
        if (firstHit >= 0) {
          assertThat(few.nearestRelevantDistance()).isEqualTo(all.distances()[firstHit]);
        }
        assertThat(few.nearestOtherDistance())
            .isEqualTo(all.distances()[firstOf(all.hits(), false)]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void finds_the_same_neighbors_alone(Distance distance) {
    List<EmbeddingSet> sets =
        List.of(
            RandomSets.clusters(300, 12, 30, 1000, 9),
            RandomSets.ties(300, 4, 6, 1000, 1),
            RandomSets.of(900, 64, 8, 1000, random -> 100 + 1e-5 * random.nextGaussian()),
            // Differences about as large as rounding: scores tell some items apart.
            nearlyCollapsed(1),
            worldsApart(30));
    for (EmbeddingSet set : sets) {
      EmbeddingSet others = set.select(IntStream.range(3, 50).toArray());
      for (EmbeddingSet queries : List.of(set, others)) {
        // Blocks wider than lists: a list begins with the best of many items.
        try (ExactSearch search = new ExactSearch(set, distance, manager, 192, 16)) {
          List<int[]> neighbors = search.neighbors(queries, 20);
          // Ranked in double, all of them.
          List<QueryResult> ranked = search.search(queries, new Scope(20, Ranks.ALL));

          assertThat(neighbors).hasSize(queries.size());
          for (int i = 0; i < neighbors.size(); i++) {
            assertThat(neighbors.get(i)).isEqualTo(ranked.get(i).neighbors());
          }
        }
      }
    }
  }

  private static List<EmbeddingSet> ofFewRelevantItems() {
    return List.of(
        RandomSets.of(640, 24, 160, 1000, CounterRng::nextGaussian),
        RandomSets.of(640, 5, 160, 1000, random -> random.nextInt(3) - 1),
        // Differences about as large as rounding: many items are inside of bands, or too many.
        RandomSets.of(640, 24, 160, 1000, random -> 1 + 1e-3 * random.nextGaussian()),
        RandomSets.of(640, 24, 160, 1000, random -> 100 + 1e-5 * random.nextGaussian()),
        RandomSets.ties(640, 4, 160, 1000, 1));
  }

  @ParameterizedTest
  @EnumSource
  void ranks_few_relevant_items_of_all_queries_where_these_are_the_gallery(Distance distance) {
    for (EmbeddingSet set : ofFewRelevantItems()) {
      long[] groups = IntStream.range(0, set.size()).mapToLong(row -> row % 200).toArray();
      for (EmbeddingSet items :
          List.of(
              set,
              new EmbeddingSet(set.values(), set.dimension(), set.ids(), set.labels(), groups))) {
        for (Scope scope :
            List.of(
                new Scope(2, Ranks.ALL).hitsAlone(),
                new Scope(2, Ranks.FIRST).hitsAlone(),
                new Scope(100, Ranks.NEAREST).hitsAlone(),
                new Scope(900, Ranks.NEAREST).hitsAlone())) {
          try (ExactSearch search = new ExactSearch(items, distance, manager, 64, 13)) {
            SameResults.TOLERANT.check(
                search.search(items, scope), BruteForce.search(items, items, distance, scope));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ranks_while_it_searches_where_most_relevant_items_are_far(Distance distance) {
    EmbeddingSet set = RandomSets.of(4200, 12, 1100, 1000, CounterRng::nextGaussian);
    Map<String, Long> last = new LinkedHashMap<>();
    Scope scope = new Scope(5, Ranks.ALL).hitsAlone().atLeast(3);

    try (ExactSearch search = ExactSearch.of(set, distance, manager)) {
      List<QueryResult> results =
          search.watched((work, done, total) -> last.put(work, done)).search(set, scope);

      int[] some = IntStream.range(0, 60).map(i -> 69 * i).toArray();
      SameResults.TOLERANT.check(
          IntStream.of(some).mapToObj(results::get).toList(),
          BruteForce.search(set, set.select(some), distance, scope));
    }
    assertThat(last).containsOnlyKeys("searching");
  }

  @ParameterizedTest
  @EnumSource
  void ranks_few_relevant_items_wherever_they_are(Distance distance) {
    List<EmbeddingSet> sets = ofFewRelevantItems();
    for (EmbeddingSet set : sets) {
      EmbeddingSet queries = set.select(IntStream.range(0, 80).toArray());
      for (Ranks ranks : new Ranks[] {Ranks.ALL, Ranks.FIRST}) {
        // Blocks that are convolved.
        try (ExactSearch search = new ExactSearch(set, distance, manager, 64, 13)) {
          for (Scope scope :
              new Scope[] {
                new Scope(2, ranks).withoutDistances(),
                new Scope(30, ranks).hitsAlone().atLeast(5),
                new Scope(30, Ranks.NEAREST).hitsAlone()
              }) {
            SameResults.TOLERANT.check(
                search.search(queries, scope), BruteForce.search(set, queries, distance, scope));
          }
        }
      }
    }
  }

  @Test
  void tells_how_far_it_is() {
    EmbeddingSet set = RandomSets.clusters(120, 4, 30, 1000, 1);
    Map<String, Long> last = new LinkedHashMap<>();

    try (ExactSearch search = new ExactSearch(set, Distance.EUCLIDEAN, manager, 16, 16)) {
      search
          .watched(
              (work, done, total) -> {
                assertThat(done).isBetween(last.getOrDefault(work, 0L), total);
                last.put(work, done);
              })
          .search(set, new Scope(2, Ranks.ALL).withoutDistances());
    }

    assertThat(last).containsKeys("searching", "ranking");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DOT")
  void leaves_out_the_query_itself_and_keeps_its_exact_copy(Distance distance) {
    EmbeddingSet set =
        new EmbeddingSet(
            new float[] {1, 2, 1, 2, 5, -1, 9, 9},
            2,
            new long[] {40, 30, 20, 10},
            new long[] {0, 1, 0, 1});

    QueryResult result = search(set, set, distance, 4, 3).get(0);

    assertThat(result.neighbors()).doesNotContain(0).hasSize(3).startsWith(1);
    assertThat(result.distances()[0]).isCloseTo(0, within(1e-15));
    assertThat(result.hits()[0]).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void keeps_the_first_neighbor_of_a_query_that_is_not_in_the_gallery(Distance distance) {
    EmbeddingSet gallery =
        new EmbeddingSet(new float[] {1, 2, 5, -1}, 2, new long[] {1, 2}, new long[] {0, 1});
    EmbeddingSet query = new EmbeddingSet(new float[] {1, 2}, 2, new long[] {3}, new long[] {0});

    QueryResult result = search(gallery, query, distance, 4, 1).get(0);

    assertThat(result.neighbors()).containsExactly(0);
    assertThat(result.firstRelevantRank()).isEqualTo(1);
  }

  @Test
  void the_largest_inner_product_is_the_nearest_and_nothing_is_nearest_to_itself() {
    EmbeddingSet set =
        new EmbeddingSet(
            new float[] {1, 0, 3, 1, 3, -7, 0, 2, 0, -2, -1, 5},
            2,
            new long[] {1, 2, 3, 4, 5, 6},
            new long[] {0, 0, 1, 1, 0, 1});

    QueryResult result = search(set, set, Distance.DOT, 4, 5).get(0);

    // Products 3, 3, 0, 0, -1: the relevant one of each tie comes last.
    assertThat(result.neighbors()).containsExactly(2, 1, 3, 4, 5);
    assertThat(result.distances()).containsExactly(-3, -3, 0, 0, 1);
    assertThat(result.hits()).containsExactly(false, true, false, true, false);
    assertThat(result.firstRelevantRank()).isEqualTo(2);
    EmbeddingSet others = set.select(new int[] {1, 2, 3, 4, 5});
    EmbeddingSet query = set.select(new int[] {0});
    assertThat(search(others, query, Distance.DOT, 4, 1).get(0).neighbors()).containsExactly(1);
  }

  @ParameterizedTest
  @EnumSource
  void counts_ties_against_the_model(Distance distance) {
    EmbeddingSet gallery =
        new EmbeddingSet(
            new float[] {1, 1, 1, 1, 1, 1, 1, 1, -1, 4},
            2,
            new long[] {1, 9, 3, 4, 5},
            new long[] {0, 1, 0, 1, 1});
    EmbeddingSet query = new EmbeddingSet(new float[] {2, 1}, 2, new long[] {6}, new long[] {0});

    QueryResult result = search(gallery, query, distance, 1, 4).get(0);

    assertThat(result.neighbors()).containsExactly(3, 1, 0, 2);
    assertThat(result.hits()).containsExactly(false, false, true, true);
    assertThat(result.firstRelevantRank()).isEqualTo(3);
    assertThat(result.nearestRelevantDistance()).isEqualTo(result.nearestOtherDistance());
  }

  @ParameterizedTest
  @EnumSource
  void ranks_a_collapsed_gallery_as_one_tie(Distance distance) {
    EmbeddingSet set = RandomSets.of(500, 64, 10, 1000, random -> 0.1);

    List<QueryResult> results = search(set, set, distance, 100, 10);

    assertThat(results).hasSize(500);
    for (QueryResult result : results.subList(0, 499)) {
      assertThat(result.firstRelevantRank()).isEqualTo(500 - result.relevant());
      assertThat(result.hits()).hasSize(10).doesNotContain(true);
      assertThat(result.distances()).containsOnly(result.distances()[0]);
    }
  }

  @Test
  void gives_a_zero_vector_the_cosine_distance_one() {
    EmbeddingSet set =
        new EmbeddingSet(
            new float[] {0, 0, 3, 4, -3, -4, 0, 0}, 2, new long[] {1, 2, 3, 4}, new long[4]);

    List<QueryResult> results = search(set, set, Distance.COSINE, 4, 3);

    assertThat(results.get(0).distances()).containsExactly(1, 1, 1);
    assertThat(results.get(1).distances()).containsExactly(1, 1, 2);
    assertThat(results.get(1).neighbors()).containsExactly(0, 3, 2);
  }

  @Test
  void has_no_rank_for_a_query_without_relevant_items() {
    EmbeddingSet set =
        new EmbeddingSet(new float[] {1, 2, 3}, 1, new long[] {1, 2, 3}, new long[] {5, 5, 8});

    QueryResult lone = search(set, set, Distance.EUCLIDEAN, 4, 2).get(2);

    assertThat(lone.relevant()).isZero();
    assertThat(lone.firstRelevantRank()).isZero();
    assertThat(lone.nearestRelevantDistance()).isNaN();
    assertThat(lone.nearestOtherDistance()).isEqualTo(1);
    assertThat(lone.neighbors()).containsExactly(1, 0);
  }

  @Test
  void has_no_other_distance_where_everything_is_relevant() {
    EmbeddingSet set = new EmbeddingSet(new float[] {1, 4}, 1, new long[] {1, 2}, new long[2]);

    QueryResult result = search(set, set, Distance.EUCLIDEAN, 4, 2).get(0);

    assertThat(result.nearestRelevantDistance()).isEqualTo(3);
    assertThat(result.nearestOtherDistance()).isNaN();
  }

  @Test
  void finds_nothing_in_a_gallery_of_the_query_alone() {
    EmbeddingSet set = new EmbeddingSet(new float[] {1}, 1, new long[] {1}, new long[1]);

    QueryResult result = search(set, set, Distance.EUCLIDEAN, 4, 2).get(0);

    assertThat(result.relevant()).isZero();
    assertThat(result.neighbors()).isEmpty();
    assertThat(result.nearestOtherDistance()).isNaN();
  }

  @Test
  void returns_nothing_for_no_queries() {
    EmbeddingSet gallery = RandomSets.clusters(5, 2, 2, 10, 1);

    assertThat(search(gallery, gallery.select(new int[0]), Distance.COSINE, 4, 2)).isEmpty();
  }

  @Test
  void names_the_row_that_is_not_finite() {
    EmbeddingSet good = RandomSets.clusters(5, 2, 2, 10, 1);
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] values = good.values().clone();
      values[7] = value;
      EmbeddingSet bad = new EmbeddingSet(values, 2, good.ids(), good.labels());

      assertThatThrownBy(() -> search(bad, good, Distance.COSINE, 4, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The embedding in row 3 (id 7) of the gallery must be finite.");
      assertThatThrownBy(() -> search(good, bad, Distance.EUCLIDEAN, 4, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The embedding in row 3 (id 7) of the queries must be finite.");
    }
  }

  @Test
  void refuses_what_it_cannot_search() {
    EmbeddingSet set = RandomSets.clusters(5, 2, 2, 10, 1);
    EmbeddingSet wider = RandomSets.clusters(5, 3, 2, 10, 1);

    assertThatThrownBy(() -> search(set, wider, Distance.COSINE, 4, 1))
        .hasMessage("The dimension (3) of the queries must be that of the gallery (2).");
    assertThatThrownBy(() -> search(set, set, Distance.COSINE, 4, 0))
        .hasMessage("The depth (0) must be at least 1.");
    assertThatThrownBy(() -> search(set.select(new int[0]), set, Distance.COSINE, 4, 1))
        .hasMessage("The gallery must have at least one item.");
  }

  @Test
  void leaves_nothing_on_the_manager() {
    EmbeddingSet set = RandomSets.clusters(20, 4, 3, 100, 1);
    int before = manager.getManagedArrays().size();
    ExactSearch search = new ExactSearch(set, Distance.EUCLIDEAN, manager, 3, 3);
    int loaded = manager.getManagedArrays().size();

    search.search(set, 2);

    assertThat(manager.getManagedArrays()).hasSize(loaded);
    search.close();
    assertThat(manager.getManagedArrays()).hasSize(before);
    assertThatThrownBy(() -> search.search(set, 2)).isInstanceOf(IllegalStateException.class);
    try (NDArray still = manager.create(1f)) {
      assertThat(still.getFloat()).isEqualTo(1);
    }
  }

  @Test
  void chooses_blocks_that_suit_large_galleries() {
    EmbeddingSet set = RandomSets.clusters(2500, 2, 50, 10_000, 1);

    try (ExactSearch search = ExactSearch.of(set, Distance.EUCLIDEAN, manager)) {
      List<QueryResult> results = search.search(set, 1);
      assertThat(results.stream().mapToLong(QueryResult::id).toArray()).isEqualTo(set.ids());
      int[] last = {0, 1677, 1678, 2499};
      SameResults.TOLERANT.check(
          IntStream.of(last).mapToObj(results::get).toList(),
          BruteForce.search(set, set.select(last), Distance.EUCLIDEAN, 1));
    }
  }

  private void compareWithBruteForce(
      EmbeddingSet gallery, EmbeddingSet queries, Distance distance) {
    for (UnaryOperator<EmbeddingSet> order :
        List.<UnaryOperator<EmbeddingSet>>of(set -> set, RandomSets::reversed)) {
      EmbeddingSet items = order.apply(gallery);
      for (Scope scope :
          new Scope[] {
            new Scope(10, Ranks.FIRST),
            new Scope(1, Ranks.FIRST),
            new Scope(3, Ranks.ALL),
            new Scope(3, Ranks.ALL).withoutDistances(),
            new Scope(10, Ranks.NEAR),
            new Scope(4, Ranks.NEAR).withoutDistances(),
            new Scope(10, Ranks.NEAR).hitsAlone(),
            new Scope(10, Ranks.NEAREST),
            new Scope(10, Ranks.NEAREST).hitsAlone(),
            new Scope(10, Ranks.NEAREST).hitsAlone().atLeast(2),
            new Scope(10, Ranks.ALL).hitsAlone().atLeast(3)
          }) {
        try (ExactSearch search = new ExactSearch(items, distance, manager, 17, 13)) {
          SameResults.TOLERANT.check(
              search.search(queries, scope), BruteForce.search(items, queries, distance, scope));
        }
      }
    }
  }

  private List<QueryResult> search(
      EmbeddingSet gallery, EmbeddingSet queries, Distance distance, int blockRows, int depth) {
    try (ExactSearch search = new ExactSearch(gallery, distance, manager, blockRows, blockRows)) {
      return search.search(queries, depth);
    }
  }

  private static int firstOf(boolean[] flags, boolean value) {
    for (int i = 0; i < flags.length; i++) {
      if (flags[i] == value) {
        return i;
      }
    }
    return -1;
  }

  private static EmbeddingSet nearlyCollapsed(double noise) {
    return RandomSets.of(160, 64, 8, 1000, random -> 100 + noise * random.nextGaussian());
  }

  /** Norms of the orders 2^-exponent, 1 and 2^exponent. */
  private static EmbeddingSet worldsApart(int exponent) {
    EmbeddingSet set = RandomSets.clusters(120, 16, 6, 1000, 5);
    float[] values = set.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.scalb(values[i], exponent * (i / set.dimension() % 3 - 1));
    }
    return new EmbeddingSet(values, set.dimension(), set.ids(), set.labels());
  }
}
