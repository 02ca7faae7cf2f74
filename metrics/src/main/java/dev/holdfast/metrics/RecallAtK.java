package dev.holdfast.metrics;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import java.util.OptionalInt;

/**
 * Recall@k as deep metric learning uses the word: 1 if at least one of the k nearest gallery items
 * is relevant, otherwise 0 (Jegou, Douze, Schmid, "Product quantization for nearest neighbor
 * search", TPAMI 2011; Oh Song et al., "Deep metric learning via lifted structured feature
 * embedding", CVPR 2016). The interval is Wilson's.
 *
 * @param depth the k of the name, at least 1
 */
public record RecallAtK(int depth) implements RetrievalMetric {

  /**
   * @throws InputException if {@code depth} is not positive
   */
  public RecallAtK {
    if (depth < 1) {
      throw InputException.of("k", depth, "recall", "be at least 1", "you meant 1");
    }
  }

  @Override
  public String id() {
    return "recall";
  }

  @Override
  public OptionalInt k() {
    return OptionalInt.of(depth);
  }

  @Override
  public RetrievalMetric at(int k) {
    return new RecallAtK(k);
  }

  @Override
  public String description() {
    return "share of queries with a relevant item among the K nearest";
  }

  @Override
  public String source() {
    return "Jegou et al., TPAMI 2011; Oh Song et al., CVPR 2016";
  }

  @Override
  public Ranks ranks() {
    return Ranks.NEAREST;
  }

  @Override
  public double value(QueryResult query) {
    if (query.relevant() == 0) {
      return Double.NaN;
    }
    return query.isRelevantUpTo(depth) ? 1 : 0;
  }

  @Override
  public Estimate estimate(double[] perQuery, long seed) {
    return Intervals.wilson(perQuery);
  }
}
