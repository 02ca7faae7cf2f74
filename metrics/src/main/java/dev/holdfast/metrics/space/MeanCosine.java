package dev.holdfast.metrics.space;

import java.util.stream.IntStream;

/**
 * The mean cosine between two different embeddings, in [-1, 1]. Near 1 the embeddings have
 * collapsed onto one direction: no query can tell items apart (Ethayarajh, "How contextual are
 * contextualized word representations?", EMNLP 2019).
 */
public record MeanCosine() implements SpaceMetric {

  @Override
  public String id() {
    return "mean-cosine";
  }

  @Override
  public String description() {
    return "mean cosine between two items; near 1 is collapse";
  }

  @Override
  public String source() {
    return "Ethayarajh, EMNLP 2019 (1909.00512)";
  }

  @Override
  public double value(EmbeddingSpace space) {
    int size = space.items().size();
    return size < 2
        ? Double.NaN
        : new UnitRows(space.items()).meanCosine(IntStream.range(0, size).toArray());
  }
}
