package dev.holdfast.metrics;

import dev.holdfast.metrics.stats.Estimate;
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
public sealed interface RetrievalMetric permits MapAtR, RecallAtK {

  /** Returns the name in kebab-case, without {@link #k()}. */
  String id();

  /** Returns the number of neighbors that count, where that is a parameter of the metric. */
  OptionalInt k();

  /** Returns the value for one query, in [0, 1]; NaN where nothing is relevant to it. */
  double value(QueryResult query);

  /**
   * Returns the mean of the values of the queries that have one, with its 95 % interval. The order
   * of the values does not matter.
   *
   * @param perQuery results of {@link #value}
   * @param seed for intervals that resample
   * @throws IllegalArgumentException if a value is NaN
   */
  Estimate estimate(double[] perQuery, long seed);

  /** Returns the metrics of every report, in the order of its columns. */
  static List<RetrievalMetric> all() {
    return Stream.<RetrievalMetric>concat(
            IntStream.of(1, 2, 4, 8, 10, 100).mapToObj(RecallAtK::new), Stream.of(new MapAtR()))
        .toList();
  }
}
