package dev.holdfast.metrics.knn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShortlistTest {

  private static final int ITEMS = 4000;
  private static final double MARGIN = 1e-4;

  /** How scores are spread, from numbers that are even in [0, 1). */
  private enum Spread {
    EVEN,
    ALL_BELOW_ZERO,
    ONE_IN_A_THOUSAND_FAR_ABOVE,
    TINY_AND_HUGE,
    MANY_TIES,
    AROUND_ZERO,
    ZEROS;

    float score(double u) {
      double score =
          switch (this) {
            case EVEN -> u - 0.5;
            case ALL_BELOW_ZERO -> -1 - u;
            case ONE_IN_A_THOUSAND_FAR_ABOVE -> u < 1e-3 ? 1e30 : u;
            case TINY_AND_HUGE -> Math.pow(10, 76 * u - 38);
            case MANY_TIES -> Math.floor(u * 300) / 300;
            case AROUND_ZERO -> (u - 0.5) * 1e-42;
            case ZEROS -> u < 0.5 ? 0.0 : -0.0;
          };
      return (float) score;
    }
  }

  @ParameterizedTest
  @EnumSource
  void keeps_what_may_be_among_the_best_however_scores_are_spread(Spread spread) {
    float[] scores = new float[ITEMS];
    CounterRng random = CounterRng.of(1, spread.name(), 0);
    for (int i = 0; i < ITEMS; i++) {
      scores[i] = spread.score(random.nextDouble());
    }
    for (int count : new int[] {1, 7, 100}) {
      long[] inRows = offered(scores, count, 400);
      long[] inColumns = offered(scores, count, 1);

      for (long[] taken : new long[][] {inRows, inColumns}) {
        if (taken == null) {
          // So many tie that their order has to be found out otherwise.
          assertThat(spread).isIn(Spread.ZEROS, Spread.AROUND_ZERO, Spread.MANY_TIES);
          continue;
        }
        float[] sorted = scores.clone();
        Arrays.sort(sorted);
        double limit = sorted[ITEMS - count] - 2 * MARGIN;
        int[] expected = IntStream.range(0, ITEMS).filter(item -> scores[item] >= limit).toArray();
        assertThat(Arrays.stream(taken).mapToInt(Shortlist::item).toArray()).contains(expected);
        assertThat(taken).isSorted();
        for (long one : taken) {
          assertThat(Shortlist.score(one)).isEqualTo(scores[Shortlist.item(one)]);
        }
      }
    }
  }

  /** Offers all scores to the middle one of three queries, so many items at a time. */
  private static long[] offered(float[] scores, int count, int together) {
    Shortlist lists = new Shortlist(new int[] {0, count, 3}, new double[] {0, MARGIN, 0}, null);
    for (int first = 0; first < scores.length; first += together) {
      if (together == 1) {
        float[] column = {scores[first], scores[first], Float.NEGATIVE_INFINITY};
        lists.offerEach(0, first, column, new float[3]);
      } else {
        float[] row = Arrays.copyOfRange(scores, first, first + together);
        lists.offer(1, first, row, new float[together]);
      }
    }
    assertThat(lists.take(0)).isNull();
    return lists.take(1);
  }
}
