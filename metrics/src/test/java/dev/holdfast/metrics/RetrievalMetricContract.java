package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.metrics.stats.Estimate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link RetrievalMetric} promises. */
interface RetrievalMetricContract {

  /** Returns the metric; its {@code k}, if any, is at most 8. */
  RetrievalMetric metric();

  @Test
  default void has_an_id_in_kebab_case() {
    assertThat(metric().id()).matches("[a-z]+(-[a-z]+)*");
    assertThat(metric().k().orElse(1)).isBetween(1, 8);
  }

  /** Returns the value for a perfect ranking. */
  default double best(int relevant) {
    return 1;
  }

  @Test
  default void says_what_it_is_and_where_it_comes_from() {
    assertThat(metric().description()).isNotBlank().doesNotEndWith(".");
    assertThat(metric().source()).containsPattern("[12]\\d\\d\\d");
  }

  @Test
  default void is_best_for_a_perfect_ranking() {
    for (int relevant = 1; relevant <= 10; relevant++) {
      String ranking = "+".repeat(relevant) + "-".repeat(10 - relevant);
      assertThat(metric().value(Rankings.of(ranking))).isEqualTo(best(relevant));
    }
  }

  @Test
  default void is_worst_when_relevant_items_come_last() {
    for (int relevant = 1; relevant <= 9; relevant++) {
      double worst = metric().value(Rankings.of("-".repeat(10 - relevant) + "+".repeat(relevant)));
      if (relevant <= 2) {
        assertThat(worst).isLessThan(best(relevant));
      }
      for (String ranking : rankings()) {
        if (ranking.chars().filter(c -> c == '+').count() == relevant) {
          assertThat(metric().value(Rankings.of(ranking))).isBetween(worst, best(relevant));
        }
      }
    }
  }

  @Test
  default void asks_the_search_for_what_it_needs() {
    Scope scope = Scope.of(List.of(metric()));
    for (String ranking : rankings()) {
      QueryResult all = Rankings.of(ranking);
      assertThat(metric().value(Rankings.upTo(scope, all))).isEqualTo(metric().value(all));
    }
  }

  @Test
  default void stays_between_zero_and_one_for_every_ranking() {
    rankings().forEach(r -> assertThat(metric().value(Rankings.of(r))).isBetween(0.0, 1.0));
  }

  @Test
  default void has_no_value_without_relevant_items() {
    assertThat(metric().value(Rankings.of("----------"))).isNaN();
  }

  @Test
  default void never_falls_when_a_relevant_item_moves_ahead() {
    for (String ranking : rankings()) {
      int swap = ranking.indexOf("-+");
      if (swap >= 0) {
        String better = ranking.substring(0, swap) + "+-" + ranking.substring(swap + 2);
        assertThat(metric().value(Rankings.of(better)))
            .isGreaterThanOrEqualTo(metric().value(Rankings.of(ranking)));
      }
    }
  }

  @Test
  default void depends_on_the_order_of_relevance_alone() {
    for (String ranking : rankings()) {
      assertThat(metric().value(Rankings.of(ranking, 99, 7.5)))
          .isEqualTo(metric().value(Rankings.of(ranking)));
    }
  }

  @Test
  default void estimates_the_mean_inside_its_interval() {
    double[] values = values();

    Estimate estimate = metric().estimate(values, 3);

    assertThat(estimate.n()).isEqualTo(values.length);
    assertThat(estimate.value())
        .isCloseTo(Arrays.stream(values).average().orElseThrow(), within(1e-12));
    assertThat(estimate.low()).isStrictlyBetween(0.0, estimate.value());
    assertThat(estimate.high()).isStrictlyBetween(estimate.value(), 1.0);
  }

  @Test
  default void estimates_the_same_in_any_order() {
    double[] values = values();
    double[] sorted = values.clone();
    Arrays.sort(sorted);

    assertThat(sorted).isNotEqualTo(values);
    assertThat(metric().estimate(sorted, 3)).isEqualTo(metric().estimate(values, 3));
  }

  @Test
  default void estimates_nothing_from_no_queries() {
    assertThat(metric().estimate(new double[0], 3))
        .isEqualTo(new Estimate(Double.NaN, Double.NaN, Double.NaN, 0));
  }

  @Test
  default void refuses_to_average_queries_without_a_value() {
    assertThatThrownBy(() -> metric().estimate(new double[] {1, Double.NaN}, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private double[] values() {
    return rankings().stream().mapToDouble(r -> metric().value(Rankings.of(r))).toArray();
  }

  /** Every ranking of ten items of which at least one is relevant. */
  private static List<String> rankings() {
    return IntStream.range(1, 1 << 10)
        .mapToObj(
            bits ->
                IntStream.range(0, 10)
                    .mapToObj(i -> (bits >> i & 1) == 1 ? "+" : "-")
                    .reduce("", String::concat))
        .toList();
  }
}
