package dev.holdfast.harness.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.RecallAtK;
import dev.holdfast.metrics.stats.Estimate;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrialsTest {

  private static final int QUERIES = 40;

  /** Every query asks in every draw. */
  private static Trials trials(int draws) {
    return new Trials(
        IntStream.range(0, draws * QUERIES).map(t -> t % QUERIES).toArray(),
        IntStream.range(0, draws * QUERIES).map(t -> t / QUERIES).toArray(),
        draws);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  void forty_misses_do_not_say_that_nothing_is_ever_hit(int draws) {
    Trials trials = trials(draws);
    double[] misses = new double[trials.size()];
    double[] hits = new double[trials.size()];
    Arrays.fill(hits, 1);

    for (Estimate none :
        new Estimate[] {
          trials.estimate(new RecallAtK(1), misses, 3), trials.estimateFraction(misses, 3)
        }) {
      assertThat(none.value()).isZero();
      assertThat(none.low()).isZero();
      // Draws ask the same queries again: ten of them say no more than one. Jeffreys' end is 0.061,
      // Wilson's 0.088.
      assertThat(none.high()).isBetween(0.04, 0.1);
      assertThat(none.n()).isEqualTo(QUERIES);
    }
    Estimate all = trials.estimateFraction(hits, 3);
    assertThat(all.value()).isEqualTo(1);
    assertThat(all.high()).isEqualTo(1);
    assertThat(all.low()).isBetween(0.9, 0.96);
  }

  @Test
  void draws_of_the_same_queries_tell_no_more_than_one() {
    double[] once = IntStream.range(0, QUERIES).mapToDouble(q -> q % 4 == 0 ? 1 : 0.2).toArray();
    double[] often = IntStream.range(0, 10 * QUERIES).mapToDouble(t -> once[t % QUERIES]).toArray();

    Estimate one = trials(1).estimateFraction(once, 3);
    Estimate ten = trials(10).estimateFraction(often, 3);

    assertThat(ten.value()).isCloseTo(one.value(), within(1e-12));
    assertThat(ten.low()).isCloseTo(one.low(), within(0.02));
    assertThat(ten.high()).isCloseTo(one.high(), within(0.02));
  }
}
