package dev.holdfast.metrics;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.stats.Estimate;
import java.util.OptionalInt;

/**
 * The cumulative match characteristic at k, as person re-identification reports it: 1 if the first
 * relevant item is among the k nearest, otherwise 0 (Gray, Brennan, Tao, "Evaluating appearance
 * models for recognition, reacquisition, and tracking", PETS 2007; Zheng et al., "Scalable person
 * re-identification: a benchmark", ICCV 2015). Every gallery image stays in the gallery, so that
 * the number is that of recall@k; what that field leaves out, images of the query's own camera, is
 * a matter of {@link EmbeddingSet#groups}. The interval is Wilson's.
 *
 * @param depth the k of the name, at least 1
 */
public record CmcAtK(int depth) implements RetrievalMetric {

  /**
   * @throws InputException if {@code depth} is not positive
   */
  public CmcAtK {
    if (depth < 1) {
      throw InputException.of("k", depth, "cmc", "be at least 1", "you meant 1");
    }
  }

  @Override
  public String id() {
    return "cmc";
  }

  @Override
  public OptionalInt k() {
    return OptionalInt.of(depth);
  }

  @Override
  public RetrievalMetric at(int k) {
    return new CmcAtK(k);
  }

  @Override
  public String description() {
    return "share of queries whose first relevant item is among the K nearest (as recall; the word of re-identification)";
  }

  @Override
  public String source() {
    return "Gray et al., PETS 2007; Zheng et al., ICCV 2015";
  }

  @Override
  public Ranks ranks() {
    return Ranks.NEAREST;
  }

  @Override
  public double value(QueryResult query) {
    return new RecallAtK(depth).value(query);
  }

  @Override
  public Estimate estimate(double[] perQuery, long seed) {
    return new RecallAtK(depth).estimate(perQuery, seed);
  }
}
