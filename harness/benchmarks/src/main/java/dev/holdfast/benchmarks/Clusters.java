package dev.holdfast.benchmarks;

import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.random.CounterRng;
import java.util.stream.LongStream;

/** Embeddings as a trained model gives them: near the centers of their classes. */
final class Clusters {

  private static final int PER_CLASS = 10;

  private Clusters() {}

  /**
   * @param size number of items, ten in each class
   */
  static EmbeddingSet of(int size, int dimension) {
    float[] values = new float[size * dimension];
    for (int row = 0; row < size; row++) {
      CounterRng center = CounterRng.of(1, "center", row / PER_CLASS);
      CounterRng own = CounterRng.of(1, "item", row);
      for (int i = row * dimension; i < (row + 1) * dimension; i++) {
        values[i] = (float) (center.nextGaussian() + own.nextGaussian());
      }
    }
    return new EmbeddingSet(
        values,
        dimension,
        LongStream.range(0, size).toArray(),
        LongStream.range(0, size).map(row -> row / PER_CLASS).toArray());
  }
}
