package dev.holdfast.metrics.space;

import dev.holdfast.metrics.EmbeddingSet;

/** Embeddings divided by their lengths, in double; a zero vector stays zero. */
final class UnitRows {

  private final EmbeddingSet set;
  private final int dimension;

  UnitRows(EmbeddingSet set) {
    this.set = set;
    this.dimension = set.dimension();
  }

  /** Adds a row to a sum, and returns the square of its length: 1, or 0 for a zero vector. */
  double addTo(double[] sum, int row) {
    double scale = scale(row);
    double square = 0;
    for (int i = 0; i < dimension; i++) {
      double value = set.values()[row * dimension + i] * scale;
      sum[i] += value;
      square += value * value;
    }
    return square;
  }

  /** Returns some rows as float32, one after the other. */
  float[] floats(int[] rows) {
    float[] values = new float[rows.length * dimension];
    for (int i = 0; i < rows.length; i++) {
      double scale = scale(rows[i]);
      for (int j = 0; j < dimension; j++) {
        values[i * dimension + j] = (float) (set.values()[rows[i] * dimension + j] * scale);
      }
    }
    return values;
  }

  /** Returns the rows as float32. */
  EmbeddingSet set() {
    float[] values = new float[set.values().length];
    for (int row = 0; row < set.size(); row++) {
      double scale = scale(row);
      for (int i = row * dimension; i < (row + 1) * dimension; i++) {
        values[i] = (float) (set.values()[i] * scale);
      }
    }
    return new EmbeddingSet(values, dimension, set.ids(), set.labels(), set.groups());
  }

  boolean isZero(int row) {
    return scale(row) == 0;
  }

  private double scale(int row) {
    double square = 0;
    for (int i = row * dimension; i < (row + 1) * dimension; i++) {
      square += (double) set.values()[i] * set.values()[i];
    }
    return square == 0 ? 0 : 1 / Math.sqrt(square);
  }

  /**
   * Returns the mean cosine of all pairs of different rows: the square of the sum of unit vectors
   * is the sum of all their products.
   *
   * @param rows at least two
   */
  double meanCosine(int[] rows) {
    double[] sum = new double[dimension];
    double own = 0;
    for (int row : rows) {
      own += addTo(sum, row);
    }
    return (square(sum) - own) / ((double) rows.length * (rows.length - 1));
  }

  static double square(double[] vector) {
    double square = 0;
    for (double value : vector) {
      square += value * value;
    }
    return square;
  }
}
