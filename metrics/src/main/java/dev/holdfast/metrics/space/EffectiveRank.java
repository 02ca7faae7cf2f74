package dev.holdfast.metrics.space;

import java.util.stream.DoubleStream;

/**
 * Effective rank: the exponential of the entropy of the singular values, divided by their sum, of
 * the embeddings as they are (Roy, Vetterli, "The effective rank", EUSIPCO 2007). From 1, where all
 * lie on one line, to the dimension.
 */
public record EffectiveRank() implements SpaceMetric {

  @Override
  public String id() {
    return "effective-rank";
  }

  @Override
  public String description() {
    return "how many dimensions the embeddings use; as they are, whatever the distance";
  }

  @Override
  public String source() {
    return "Roy and Vetterli, EUSIPCO 2007";
  }

  @Override
  public double value(EmbeddingSpace space) {
    double[] values = space.singularValues();
    double sum = DoubleStream.of(values).sum();
    double entropy = 0;
    for (double value : values) {
      double share = value / sum;
      entropy -= value == 0 ? 0 : share * Math.log(share);
    }
    return sum == 0 ? Double.NaN : Math.exp(entropy);
  }
}
