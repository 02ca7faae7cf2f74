package dev.holdfast.harness.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.MapAtR;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.RecallAtK;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.knn.Scope;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class FiniteSearchTest {

  private static final List<RetrievalMetric> METRICS = List.of(new RecallAtK(1), new MapAtR());

  /** On a line: 0 and 3 are of class 7, 1 and 2 of class 8. */
  private static final EmbeddingSet LINE =
      new EmbeddingSet(new float[] {0, 1, 2, 4}, 1, new long[] {10, 11, 12, 13}, labels());

  private static long[] labels() {
    return new long[] {7, 8, 8, 7};
  }

  private static List<QueryResult> search(boolean... finite) {
    try (NDManager manager = NDManager.newBaseManager();
        FiniteSearch search = new FiniteSearch(LINE, finite, Distance.EUCLIDEAN, manager)) {
      return search.search(LINE, Scope.of(METRICS).atLeast(4));
    }
  }

  @Test
  void nothing_changes_where_all_are_points() {
    List<QueryResult> all = search(true, true, true, true);
    assertThat(all).extracting(QueryResult::firstRelevantRank).containsExactly(3, 2, 1, 3);
    assertThat(all.get(0).neighbors()).containsExactly(1, 2, 3);
  }

  @Test
  void an_item_without_an_embedding_stands_behind_all_others() {
    // Item 2 is lost: query 1 has nothing relevant but that.
    List<QueryResult> results = search(true, true, false, true);
    QueryResult one = results.get(1);
    assertThat(one.relevant()).isEqualTo(1);
    assertThat(one.firstRelevantRank()).isEqualTo(3);
    assertThat(one.neighbors()).containsExactly(0, 3);
    assertThat(one.hits()).containsExactly(false, false);
    assertThat(METRICS).allSatisfy(m -> assertThat(m.value(one)).isZero());
    // Query 0 still finds item 3, now behind item 1 alone.
    assertThat(results.get(0).firstRelevantRank()).isEqualTo(2);
    assertThat(results.get(0).neighbors()).containsExactly(1, 3);
  }

  @Test
  void ranks_are_known_up_to_R_although_R_counts_the_lost() {
    // Of the class of item 0 three are relevant: one near, one lost, one far behind the other
    // class.
    EmbeddingSet line =
        new EmbeddingSet(
            new float[] {0, 1, 2, 3, 9, 5},
            1,
            new long[] {10, 11, 12, 13, 14, 15},
            new long[] {7, 7, 8, 8, 7, 7});
    try (NDManager manager = NDManager.newBaseManager();
        FiniteSearch search =
            new FiniteSearch(
                line,
                new boolean[] {true, true, true, true, true, false},
                Distance.EUCLIDEAN,
                manager)) {
      QueryResult zero = search.search(line, Scope.of(METRICS)).get(0);
      assertThat(zero.relevant()).isEqualTo(3);
      // Precision 1 at the first of three ranks, and nothing relevant at the other two.
      assertThat(new MapAtR().value(zero)).isEqualTo(1 / 3.0);
    }
  }

  @Test
  void the_lost_that_are_not_relevant_stand_before_those_that_are() {
    QueryResult zero = search(true, true, false, false).get(0);
    assertThat(zero.relevant()).isEqualTo(1);
    assertThat(zero.firstRelevantRank()).isEqualTo(3);
  }

  @Test
  void a_gallery_without_any_point_finds_nothing() {
    List<QueryResult> results = search(false, false, false, false);
    assertThat(results).extracting(QueryResult::firstRelevantRank).containsExactly(3, 3, 3, 3);
    assertThat(results)
        .allSatisfy(r -> assertThat(METRICS).allSatisfy(m -> assertThat(m.value(r)).isZero()));
  }
}
