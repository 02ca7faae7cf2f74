package dev.holdfast.metrics;

import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A number in [0, 1] for every query, and the aggregate of such numbers. Larger is better.
 *
 * <p>A query without relevant items has no value: the caller leaves it out of the aggregate and
 * says how many were left out.
 */
public sealed interface RetrievalMetric
    permits RecallAtK, PrecisionAtK, RPrecision, MapAtR, AveragePrecision, ReciprocalRank, CmcAtK {

  /** Returns the name in kebab-case, without {@link #k()}. */
  String id();

  /** Returns the number of neighbors that count, where that is a parameter of the metric. */
  default OptionalInt k() {
    return OptionalInt.empty();
  }

  /**
   * Returns the same metric with another k.
   *
   * @throws IllegalStateException if it has none
   */
  default RetrievalMetric at(int k) {
    throw new IllegalStateException("The metric " + id() + " has no k.");
  }

  /** Returns what the number says, in a few words. */
  String description();

  /** Returns the paper that defines it. */
  String source();

  /** Returns the ranks that count. */
  default Ranks ranks() {
    return k().isPresent() ? Ranks.NEAR : Ranks.FIRST;
  }

  /**
   * Returns the value for one query, in [0, 1]; NaN where nothing is relevant to it.
   *
   * @throws IllegalArgumentException if the search did not find out enough
   */
  double value(QueryResult query);

  /**
   * Returns the mean of the values of the queries that have one, with its 95 % interval. The order
   * of the values does not matter. The interval is that of a mean, unless a metric says otherwise.
   *
   * @param perQuery results of {@link #value}
   * @param seed for intervals that resample
   * @throws IllegalArgumentException if a value is NaN
   */
  default Estimate estimate(double[] perQuery, long seed) {
    return Intervals.bounded(perQuery, 0, 1, seed);
  }

  /**
   * As {@link #estimate}, with an interval over classes: how far the mean would be off for other
   * classes, rather than for other queries of these.
   *
   * @param classes the class of each query
   */
  default Estimate estimateOverClasses(double[] perQuery, long[] classes, long seed) {
    return Intervals.boundedOverClasses(perQuery, classes, 0, 1, seed);
  }

  /** Returns the metrics of every report, in the order of its columns. */
  static List<RetrievalMetric> all() {
    return Stream.<Stream<? extends RetrievalMetric>>of(
            IntStream.of(1, 2, 4, 8, 10, 100).mapToObj(RecallAtK::new),
            IntStream.of(1, 10).mapToObj(PrecisionAtK::new),
            Stream.of(new RPrecision(), new MapAtR(), new AveragePrecision(), new ReciprocalRank()),
            IntStream.of(1, 5, 10).mapToObj(CmcAtK::new))
        .<RetrievalMetric>flatMap(metrics -> metrics)
        .toList();
  }
}
