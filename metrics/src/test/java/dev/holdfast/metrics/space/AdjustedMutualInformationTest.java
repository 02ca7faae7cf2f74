package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.random.CounterRng;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class AdjustedMutualInformationTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new AdjustedMutualInformation();
  }

  @Test
  void is_about_zero_for_clusters_drawn_at_random() {
    CounterRng random = CounterRng.of(1, "clusters", 0);
    long[] labels = LongStream.range(0, 3000).map(i -> i % 7).toArray();
    long[] clusters = LongStream.range(0, 3000).map(i -> random.nextInt(7)).toArray();

    Contingency contingency = Contingency.of(labels, clusters);
    assertThat(contingency.adjusted()).isCloseTo(0, within(0.005));
    assertThat(contingency.normalized()).isPositive();
  }

  @Test
  void expects_the_mean_over_all_ways_to_deal_out_the_clusters() {
    long[] labels = {0, 0, 0, 1, 1, 2};
    long[] clusters = {5, 5, 6, 6, 7, 7};
    double sum = 0;
    int ways = 0;
    double own = 0;
    for (long[] dealt : permutations(clusters)) {
      double information = information(labels, dealt);
      own = ways == 0 ? information : own;
      sum += information;
      ways++;
    }
    double most = (entropy(labels) + entropy(clusters)) / 2;

    assertThat(ways).isEqualTo(720);
    assertThat(Contingency.of(labels, clusters).adjusted())
        .isCloseTo((own - sum / ways) / (most - sum / ways), within(1e-13));
    assertThat(Contingency.of(labels, clusters).normalized()).isCloseTo(own / most, within(1e-13));
  }

  private static List<long[]> permutations(long[] values) {
    if (values.length == 0) {
      return List.of(values);
    }
    List<long[]> all = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      int first = i;
      long[] rest =
          IntStream.range(0, values.length)
              .filter(j -> j != first)
              .mapToLong(j -> values[j])
              .toArray();
      for (long[] tail : permutations(rest)) {
        all.add(LongStream.concat(LongStream.of(values[first]), LongStream.of(tail)).toArray());
      }
    }
    return all;
  }

  private static double information(long[] a, long[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double both = 0;
      double first = 0;
      double second = 0;
      for (int j = 0; j < a.length; j++) {
        both += a[i] == a[j] && b[i] == b[j] ? 1 : 0;
        first += a[i] == a[j] ? 1 : 0;
        second += b[i] == b[j] ? 1 : 0;
      }
      sum += Math.log(both * a.length / first / second) / a.length;
    }
    return sum;
  }

  private static double entropy(long[] a) {
    return information(a, a);
  }
}
