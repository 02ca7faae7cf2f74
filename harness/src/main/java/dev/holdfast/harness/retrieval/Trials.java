package dev.holdfast.harness.retrieval;

import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Who asks in which draw: the queries of the first draw, then those of the second, and so on. With
 * one draw a trial is a query.
 *
 * @param queries for each trial, the position of its query among the queries of the run
 * @param draws for each trial, the number of its draw, from 0; ascending
 * @param count number of draws
 */
@SuppressWarnings("ArrayRecordComponent")
public record Trials(int[] queries, int[] draws, int count) {

  public int size() {
    return queries.length;
  }

  /** Returns the queries of a draw, in the order of its trials. */
  public int[] of(int draw) {
    return IntStream.range(0, size()).filter(t -> draws[t] == draw).map(t -> queries[t]).toArray();
  }

  /** Returns for each query that was asked the mean of its trials. */
  public double[] perQuery(double[] values) {
    return count == 1
        ? values
        : IntStream.range(0, size())
            .boxed()
            .collect(
                Collectors.groupingBy(
                    t -> queries[t], TreeMap::new, Collectors.averagingDouble(t -> values[t])))
            .values()
            .stream()
            .mapToDouble(Double::doubleValue)
            .toArray();
  }

  /** Returns the number of different queries. */
  int distinct() {
    return (int) Arrays.stream(queries).distinct().count();
  }

  /**
   * Returns the mean over the trials, with an interval over the queries. Several draws ask the same
   * queries again, which tells nothing new of other queries: a query has one weight for all its
   * trials. With draws of equal size, as official protocols have them, this mean is the mean of the
   * draws.
   *
   * @param metric what the values are of
   * @param values one per trial
   */
  public Estimate estimate(RetrievalMetric metric, double[] values, long seed) {
    return count == 1 ? metric.estimate(values, seed) : estimateFraction(values, seed);
  }

  /**
   * The same for values in [0, 1] that are no hits, such as means of hits. Where all of them are 0
   * or all are 1, the interval still has a length.
   */
  public Estimate estimateFraction(double[] values, long seed) {
    if (count == 1) {
      return Intervals.bounded(values, 0, 1, seed);
    }
    long[] asking = Arrays.stream(queries).asLongStream().toArray();
    Estimate estimate = Intervals.boundedOverClasses(values, asking, 0, 1, seed);
    return new Estimate(estimate.value(), estimate.low(), estimate.high(), distinct());
  }

  /** The same for values without bounds: whole queries are resampled, with all their trials. */
  public Estimate estimate(double[] values, long seed) {
    return count == 1
        ? Intervals.bootstrap(values, seed)
        : Intervals.bootstrapOverQueries(values, queries, seed);
  }

  /**
   * Returns the median over the queries; of a query that is asked in several draws, the median of
   * its values counts.
   */
  public Estimate median(double[] values) {
    return Intervals.median(
        Arrays.stream(queries)
            .distinct()
            .mapToDouble(
                q ->
                    Intervals.median(
                            IntStream.range(0, size())
                                .filter(t -> queries[t] == q)
                                .mapToDouble(t -> values[t])
                                .toArray())
                        .value())
            .toArray());
  }

  /** Returns the standard deviation of the means of the draws; null with one draw. */
  public Double spread(double[] values) {
    if (count == 1) {
      return null;
    }
    double[] sums = new double[count];
    int[] sizes = new int[count];
    for (int t = 0; t < size(); t++) {
      sums[draws[t]] += values[t];
      sizes[draws[t]]++;
    }
    double[] means =
        IntStream.range(0, count)
            .filter(d -> sizes[d] > 0)
            .mapToDouble(d -> sums[d] / sizes[d])
            .toArray();
    if (means.length < 2) {
      return null;
    }
    double mean = Arrays.stream(means).average().orElseThrow();
    double squares = Arrays.stream(means).map(m -> (m - mean) * (m - mean)).sum();
    return Math.sqrt(squares / (means.length - 1));
  }
}
