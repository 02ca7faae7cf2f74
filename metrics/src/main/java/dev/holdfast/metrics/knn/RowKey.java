package dev.holdfast.metrics.knn;

import java.util.Arrays;

/** A row of a matrix as the key of a map, without a copy of its numbers. */
@SuppressWarnings("ArrayRecordComponent")
record RowKey(float[] values, int row, int dimension, int hash) {

  static RowKey of(float[] values, int row, int dimension) {
    int hash = 1;
    for (int i = row * dimension; i < (row + 1) * dimension; i++) {
      hash = 31 * hash + Float.floatToIntBits(values[i]);
    }
    return new RowKey(values, row, dimension, hash);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof RowKey other
        && hash == other.hash
        && Arrays.equals(
            values,
            row * dimension,
            (row + 1) * dimension,
            other.values,
            other.row * other.dimension,
            (other.row + 1) * other.dimension);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
