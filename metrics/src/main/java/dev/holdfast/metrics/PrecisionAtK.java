package dev.holdfast.metrics;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import java.util.OptionalInt;

/**
 * Precision@k: the share of the k nearest gallery items that are relevant (Manning, Raghavan,
 * Schuetze, "Introduction to information retrieval", 2008, section 8.4). With fewer than k relevant
 * items it stays below 1. The interval is that of a mean, and Wilson's at k = 1, where the number
 * is that of recall@1.
 *
 * @param depth the k of the name, at least 1
 */
public record PrecisionAtK(int depth) implements RetrievalMetric {

  /**
   * @throws InputException if {@code depth} is not positive
   */
  public PrecisionAtK {
    if (depth < 1) {
      throw InputException.of("k", depth, "precision", "be at least 1", "you meant 1");
    }
  }

  @Override
  public String id() {
    return "precision";
  }

  @Override
  public OptionalInt k() {
    return OptionalInt.of(depth);
  }

  @Override
  public RetrievalMetric at(int k) {
    return new PrecisionAtK(k);
  }

  @Override
  public String description() {
    return "share of the K nearest that are relevant";
  }

  @Override
  public String source() {
    return "Manning et al. 2008, section 8.4";
  }

  @Override
  public double value(QueryResult query) {
    if (query.relevant() == 0) {
      return Double.NaN;
    }
    return (double) query.relevantUpTo(depth) / depth;
  }

  @Override
  public Estimate estimate(double[] perQuery, long seed) {
    return depth == 1 ? Intervals.wilson(perQuery) : Intervals.bounded(perQuery, 0, 1, seed);
  }
}
