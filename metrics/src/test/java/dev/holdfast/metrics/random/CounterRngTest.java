package dev.holdfast.metrics.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CounterRngTest {

  private static final int DRAWS = 100_000;

  @Test
  void keeps_its_numbers_for_ever() {
    CounterRng random = CounterRng.of(7, "clean", 42);

    assertThat(new long[] {random.nextLong(), random.nextLong(), random.nextLong()})
        .containsExactly(0x484118294e76a12dL, 0xc58338d743b9014aL, 0xcda65b6d6a5a3215L);
    assertThat(CounterRng.hash("pgd-linf")).isEqualTo(0xd42ef928db074d22L);
  }

  @Test
  void gives_an_item_the_same_numbers_whatever_was_drawn_before() {
    double[] first = draws(1, "noise", 5);
    draws(1, "noise", 4);

    assertThat(draws(1, "noise", 5)).isEqualTo(first);
  }

  @Test
  void gives_other_numbers_to_another_seed_purpose_or_item() {
    Set<Long> firsts = new HashSet<>();
    for (long seed = 0; seed < 10; seed++) {
      for (String purpose : new String[] {"", "a", "b", "ab", "ba"}) {
        for (long item = -50; item < 50; item++) {
          firsts.add(CounterRng.of(seed, purpose, item).nextLong());
        }
      }
    }
    assertThat(firsts).hasSize(10 * 5 * 100);
  }

  @Test
  void is_uniform_within_a_stream() {
    CounterRng random = CounterRng.of(1, "uniform", 0);

    assertUniform(IntStream.range(0, DRAWS).mapToDouble(i -> random.nextDouble()).toArray());
  }

  @Test
  void is_uniform_across_the_streams_of_consecutive_items() {
    assertUniform(
        IntStream.range(0, DRAWS)
            .mapToDouble(item -> CounterRng.of(1, "uniform", item).nextDouble())
            .toArray());
  }

  @Test
  void has_no_correlation_between_neighbors() {
    CounterRng random = CounterRng.of(2, "lag", 0);
    double previous = random.nextDouble() - 0.5;
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      double next = random.nextDouble() - 0.5;
      sum += previous * next * 12;
      previous = next;
    }
    assertThat(sum / DRAWS).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
  }

  @Test
  void draws_each_integer_equally_often() {
    CounterRng random = CounterRng.of(3, "int", 0);
    int[] counts = new int[7];
    for (int i = 0; i < DRAWS; i++) {
      counts[random.nextInt(counts.length)]++;
    }
    double expected = (double) DRAWS / counts.length;
    assertThat(Arrays.stream(counts))
        .allMatch(count -> Math.abs(count - expected) < 5 * Math.sqrt(expected));
  }

  @Test
  void draws_integers_below_any_bound() {
    CounterRng random = CounterRng.of(3, "bounds", 0);
    for (int bound : new int[] {1, 2, 3, 1 << 30, Integer.MAX_VALUE}) {
      for (int i = 0; i < 1000; i++) {
        assertThat(random.nextInt(bound)).isBetween(0, bound - 1);
      }
    }
    assertThatThrownBy(() -> random.nextInt(0)).hasMessage("The bound (0) must be positive.");
  }

  @Test
  void stretches_numbers_to_a_range() {
    CounterRng random = CounterRng.of(3, "range", 0);
    double[] draws = IntStream.range(0, 1000).mapToDouble(i -> random.nextDouble(-3, 5)).toArray();

    assertThat(Arrays.stream(draws)).allMatch(x -> x >= -3 && x < 5);
    assertThat(Arrays.stream(draws).average().orElseThrow()).isCloseTo(1, within(0.4));
  }

  @Test
  void draws_normal_numbers() {
    CounterRng random = CounterRng.of(4, "normal", 0);
    double[] draws = IntStream.range(0, DRAWS).mapToDouble(i -> random.nextGaussian()).toArray();
    double tolerance = 5 / Math.sqrt(DRAWS);

    assertThat(Arrays.stream(draws).average().orElseThrow()).isCloseTo(0, within(tolerance));
    assertThat(Arrays.stream(draws).map(x -> x * x).average().orElseThrow())
        .isCloseTo(1, within(tolerance * Math.sqrt(2)));
    assertThat(Arrays.stream(draws).map(x -> x * x * x * x).average().orElseThrow())
        .isCloseTo(3, within(tolerance * Math.sqrt(96)));
    assertThat(Arrays.stream(draws).filter(x -> Math.abs(x) < 1).count() / (double) DRAWS)
        .isCloseTo(0.682689, within(tolerance));
  }

  @Test
  void shuffles_into_every_order_equally_often() {
    int[] counts = new int[6];
    for (int i = 0; i < 12_000; i++) {
      int[] values = {0, 1, 2};
      CounterRng.of(5, "shuffle", i).shuffle(values);
      assertThat(values).containsExactlyInAnyOrder(0, 1, 2);
      counts[2 * values[0] + (values[1] > values[2] ? 1 : 0)]++;
    }
    assertThat(Arrays.stream(counts))
        .allMatch(count -> Math.abs(count - 2000) < 5 * Math.sqrt(2000));
  }

  @Test
  void orders_items_differently_under_each_seed() {
    Set<List<Long>> orders = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      long current = seed;
      orders.add(
          LongStream.range(1000, 1020)
              .boxed()
              .sorted(
                  (a, b) ->
                      Long.compareUnsigned(
                          CounterRng.order(current, a), CounterRng.order(current, b)))
              .toList());
    }
    assertThat(orders).hasSize(50);
  }

  private static double[] draws(long seed, String purpose, long item) {
    CounterRng random = CounterRng.of(seed, purpose, item);
    return IntStream.range(0, 8).mapToDouble(i -> random.nextDouble()).toArray();
  }

  /** Chi-square over 100 bins, at 5 standard deviations; mean and range. */
  private static void assertUniform(double[] draws) {
    int[] bins = new int[100];
    for (double draw : draws) {
      assertThat(draw).isGreaterThanOrEqualTo(0).isLessThan(1);
      bins[(int) (draw * bins.length)]++;
    }
    double expected = (double) draws.length / bins.length;
    double chi = Arrays.stream(bins).mapToDouble(n -> (n - expected) * (n - expected)).sum();
    assertThat(chi / expected).isBetween(99 - 5 * Math.sqrt(198), 99 + 5 * Math.sqrt(198));
  }

  @Test
  void many_numbers_at_once_are_those_of_single_calls() {
    CounterRng single = CounterRng.of(3, "bulk", 5);
    CounterRng bulk = CounterRng.of(3, "bulk", 5);
    long[] numbers = new long[100];
    for (int count : new int[] {0, 1, 7, 100}) {
      bulk.nextLongs(numbers, count);
      for (int i = 0; i < count; i++) {
        assertThat(numbers[i]).isEqualTo(single.nextLong());
      }
    }
    assertThat(bulk.nextDouble()).isEqualTo(CounterRng.toDouble(single.nextLong()));
    assertThatThrownBy(() -> bulk.nextLongs(numbers, 101))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
