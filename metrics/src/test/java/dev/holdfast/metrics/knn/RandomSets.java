package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.random.CounterRng;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Embedding sets with seeded contents. */
public final class RandomSets {

  private RandomSets() {}

  /**
   * Clusters with random norms; ids run down from {@code firstId}; the last item is a lone class.
   */
  public static EmbeddingSet clusters(
      int size, int dimension, int classes, long firstId, long seed) {
    CounterRng random = CounterRng.of(seed, "clusters", firstId);
    long[] labels = labels(size, classes);
    float[] values = new float[size * dimension];
    for (int row = 0; row < size; row++) {
      CounterRng center = CounterRng.of(seed, "center", labels[row]);
      double norm = random.nextDouble(0.5, 2);
      for (int i = 0; i < dimension; i++) {
        values[row * dimension + i] =
            (float) (norm * (center.nextGaussian() + random.nextGaussian()));
      }
    }
    return new EmbeddingSet(values, dimension, ids(size, firstId), labels);
  }

  /** Each number drawn by {@code draw}, otherwise as {@link #clusters}. */
  static EmbeddingSet of(
      int size, int dimension, int classes, long firstId, ToDoubleFunction<CounterRng> draw) {
    CounterRng random = CounterRng.of(1, "values", firstId);
    float[] values = new float[size * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) draw.applyAsDouble(random);
    }
    return new EmbeddingSet(values, dimension, ids(size, firstId), labels(size, classes));
  }

  /**
   * Small whole numbers, so that many distances tie; every third row is a copy of the one before;
   * the last item is a lone class; groups cut across classes.
   */
  public static EmbeddingSet ties(int size, int dimension, int classes, long firstId, long seed) {
    CounterRng random = CounterRng.of(seed, "ties", firstId);
    float[] values = new float[size * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / dimension % 3 == 2 ? values[i - dimension] : random.nextInt(5) - 2;
    }
    long[] groups = IntStream.range(0, size).mapToLong(i -> i / 5).toArray();
    return new EmbeddingSet(values, dimension, ids(size, firstId), labels(size, classes), groups);
  }

  /** Multiplies all numbers; exactly, for a power of two. */
  static EmbeddingSet scaled(EmbeddingSet set, float factor) {
    float[] values = set.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return new EmbeddingSet(values, set.dimension(), set.ids(), set.labels(), set.groups());
  }

  static EmbeddingSet reversed(EmbeddingSet set) {
    return set.select(IntStream.range(0, set.size()).map(i -> set.size() - 1 - i).toArray());
  }

  private static long[] ids(int size, long firstId) {
    return IntStream.range(0, size).mapToLong(i -> firstId - i).toArray();
  }

  private static long[] labels(int size, int classes) {
    return IntStream.range(0, size)
        .mapToLong(i -> i == size - 1 ? -1 : 7L * (i % classes))
        .toArray();
  }
}
