package dev.holdfast.metrics.knn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The rows of one side of a search, and exact arithmetic in double on them. */
final class Rows {

  private final float[] values;
  private final int dimension;
  private final double[] squares;
  private final double[] norms;
  private int[] firstEqualRows;

  private Rows(float[] values, int dimension, double[] squares) {
    this.values = values;
    this.dimension = dimension;
    this.squares = squares;
    this.norms = Arrays.stream(squares).map(Math::sqrt).toArray();
  }

  /**
   * @param name how an error calls this side
   * @throws IllegalArgumentException if a value is not finite
   */
  static Rows of(EmbeddingSet set, String name) {
    float[] values = set.values();
    int dimension = set.dimension();
    double[] squares = new double[set.size()];
    for (int row = 0; row < squares.length; row++) {
      // Squares of float32 numbers neither overflow nor vanish in double.
      squares[row] = dot(values, row * dimension, values, row * dimension, dimension);
      if (!Double.isFinite(squares[row])) {
        throw new IllegalArgumentException(
            "The embedding in row %d (id %d) of the %s must be finite."
                .formatted(row, set.ids()[row], name));
      }
    }
    return new Rows(values, dimension, squares);
  }

  int size() {
    return squares.length;
  }

  int dimension() {
    return dimension;
  }

  /** Returns the square of the length of a row. */
  double square(int row) {
    return squares[row];
  }

  double norm(int row) {
    return norms[row];
  }

  /** Returns rows as they are, as float64 on the device of the manager: count x dimension. */
  NDArray doubles(int first, int count, NDManager manager) {
    return doubles(FloatBuffer.wrap(values, first * dimension, count * dimension).slice(), manager);
  }

  /** Returns {@code count} of the rows with the given numbers, as float64: count x dimension. */
  NDArray doubles(int[] rows, int start, int count, NDManager manager) {
    FloatBuffer picked = FloatBuffer.allocate(count * dimension);
    for (int i = 0; i < count; i++) {
      picked.put(values, rows[start + i] * dimension, dimension);
    }
    return doubles(picked.flip(), manager);
  }

  private NDArray doubles(FloatBuffer floats, NDManager manager) {
    Shape shape = new Shape(floats.remaining() / dimension, dimension);
    try (NDArray single = manager.create(floats, shape, DataType.FLOAT32)) {
      return single.toType(DataType.FLOAT64, true);
    }
  }

  /** Returns some rows divided by their norms, as float32; zero rows stay zero. */
  NDArray unit(int[] rows, int start, int count, NDManager manager) {
    float[] unit = new float[count * dimension];
    for (int row = 0; row < count; row++) {
      double norm = norms[rows[start + row]];
      int from = rows[start + row] * dimension;
      for (int i = 0; norm > 0 && i < dimension; i++) {
        unit[row * dimension + i] = (float) (values[from + i] / norm);
      }
    }
    return manager.create(unit, new Shape(count, dimension));
  }

  /** Returns the smallest number such that no row is longer than 2 to its power. */
  int exponent() {
    double longest = Arrays.stream(norms).max().orElse(0);
    return longest == 0 ? 0 : 1 + Math.getExponent(longest);
  }

  /** Returns some rows divided by 2^exponent, as float32. */
  NDArray scaled(int[] rows, int start, int count, int exponent, NDManager manager) {
    float[] scaled = new float[count * dimension];
    for (int row = 0; row < count; row++) {
      int from = rows[start + row] * dimension;
      for (int i = 0; i < dimension; i++) {
        scaled[row * dimension + i] = Math.scalb(values[from + i], -exponent);
      }
    }
    return manager.create(scaled, new Shape(count, dimension));
  }

  /**
   * Whether every sum of products with the other side, or of one of the two with itself, is a whole
   * number that a double holds.
   */
  boolean isExactWith(Rows other) {
    double largest = Math.max(largestWhole(), other.largestWhole());
    return largest * largest * dimension < 0x1p50;
  }

  /** Returns the largest size of a number if all are whole, otherwise infinity. */
  private float largestWhole() {
    float largest = 0;
    for (float value : values) {
      if (value != Math.rint(value)) {
        return Float.POSITIVE_INFINITY;
      }
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** Returns for each row the first row that holds the same numbers. Not a copy. */
  synchronized int[] firstEqualRows() {
    if (firstEqualRows == null) {
      Map<RowKey, Integer> first = new HashMap<>(norms.length * 2);
      int[] rows = new int[norms.length];
      for (int row = 0; row < rows.length; row++) {
        rows[row] = first.computeIfAbsent(RowKey.of(values, row, dimension), RowKey::row);
      }
      firstEqualRows = rows;
    }
    return firstEqualRows;
  }

  /**
   * Returns the number by which items are ranked: the squared distance for {@link
   * Distance#EUCLIDEAN}, the distance itself for {@link Distance#COSINE} and {@link Distance#DOT}.
   * Equal rows give equal numbers.
   */
  double key(int row, Rows other, int otherRow, Distance distance) {
    int offset = row * dimension;
    int otherOffset = otherRow * dimension;
    return switch (distance) {
      case EUCLIDEAN -> squaredDifference(values, offset, other.values, otherOffset, dimension);
      case DOT -> product(dot(values, offset, other.values, otherOffset, dimension));
      case COSINE ->
          cosineDistance(
              dot(values, offset, other.values, otherOffset, dimension),
              norms[row] * other.norms[otherRow]);
    };
  }

  /** A zero has no sign, or items would be apart that tie. */
  private static double product(double dot) {
    return 0 - dot;
  }

  private static double cosineDistance(double dot, double lengths) {
    double cosine = lengths == 0 ? 0 : dot / lengths;
    return 1 - Math.max(-1, Math.min(1, cosine));
  }

  /**
   * Returns the {@link #key} of a row and each of some others: the same numbers, several at a time,
   * so that the processor fetches one row while it adds up another.
   */
  double[] keys(int row, Rows other, int[] otherRows, Distance distance) {
    double[] one = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      one[i] = values[row * dimension + i];
    }
    double[] keys = new double[otherRows.length];
    int i = 0;
    for (; i + 3 < keys.length; i += 4) {
      if (distance == Distance.EUCLIDEAN) {
        squaredDifferences(one, other.values, otherRows, keys, i);
      } else {
        dots(one, other.values, otherRows, keys, i);
      }
    }
    for (int k = 0; k < i && distance == Distance.COSINE; k++) {
      keys[k] = cosineDistance(keys[k], norms[row] * other.norms[otherRows[k]]);
    }
    for (int k = 0; k < i && distance == Distance.DOT; k++) {
      keys[k] = product(keys[k]);
    }
    for (; i < keys.length; i++) {
      keys[i] = key(row, other, otherRows[i], distance);
    }
    return keys;
  }

  // Four partial sums, always joined in the same way: one order of summation, and the processor
  // does not have to wait for each addition.

  private static double dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      s0 += (double) a[aOffset + i] * b[bOffset + i];
      s1 += (double) a[aOffset + i + 1] * b[bOffset + i + 1];
      s2 += (double) a[aOffset + i + 2] * b[bOffset + i + 2];
      s3 += (double) a[aOffset + i + 3] * b[bOffset + i + 3];
    }
    for (; i < n; i++) {
      s0 += (double) a[aOffset + i] * b[bOffset + i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  private static double squaredDifference(float[] a, int aOffset, float[] b, int bOffset, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      double d0 = (double) a[aOffset + i] - b[bOffset + i];
      double d1 = (double) a[aOffset + i + 1] - b[bOffset + i + 1];
      double d2 = (double) a[aOffset + i + 2] - b[bOffset + i + 2];
      double d3 = (double) a[aOffset + i + 3] - b[bOffset + i + 3];
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    for (; i < n; i++) {
      double d = (double) a[aOffset + i] - b[bOffset + i];
      s0 += d * d;
    }
    return (s0 + s1) + (s2 + s3);
  }

  // The same sums for four rows at a time, with the same results.

  private static void dots(double[] one, float[] others, int[] rows, double[] to, int k) {
    int n = one.length;
    int a = rows[k] * n;
    int b = rows[k + 1] * n;
    int c = rows[k + 2] * n;
    int d = rows[k + 3] * n;
    double a0 = 0;
    double a1 = 0;
    double a2 = 0;
    double a3 = 0;
    double b0 = 0;
    double b1 = 0;
    double b2 = 0;
    double b3 = 0;
    double c0 = 0;
    double c1 = 0;
    double c2 = 0;
    double c3 = 0;
    double d0 = 0;
    double d1 = 0;
    double d2 = 0;
    double d3 = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      double x0 = one[i];
      double x1 = one[i + 1];
      double x2 = one[i + 2];
      double x3 = one[i + 3];
      a0 += x0 * others[a + i];
      a1 += x1 * others[a + i + 1];
      a2 += x2 * others[a + i + 2];
      a3 += x3 * others[a + i + 3];
      b0 += x0 * others[b + i];
      b1 += x1 * others[b + i + 1];
      b2 += x2 * others[b + i + 2];
      b3 += x3 * others[b + i + 3];
      c0 += x0 * others[c + i];
      c1 += x1 * others[c + i + 1];
      c2 += x2 * others[c + i + 2];
      c3 += x3 * others[c + i + 3];
      d0 += x0 * others[d + i];
      d1 += x1 * others[d + i + 1];
      d2 += x2 * others[d + i + 2];
      d3 += x3 * others[d + i + 3];
    }
    for (; i < n; i++) {
      double x = one[i];
      a0 += x * others[a + i];
      b0 += x * others[b + i];
      c0 += x * others[c + i];
      d0 += x * others[d + i];
    }
    to[k] = (a0 + a1) + (a2 + a3);
    to[k + 1] = (b0 + b1) + (b2 + b3);
    to[k + 2] = (c0 + c1) + (c2 + c3);
    to[k + 3] = (d0 + d1) + (d2 + d3);
  }

  private static void squaredDifferences(
      double[] one, float[] others, int[] rows, double[] to, int k) {
    int n = one.length;
    int a = rows[k] * n;
    int b = rows[k + 1] * n;
    int c = rows[k + 2] * n;
    int d = rows[k + 3] * n;
    double a0 = 0;
    double a1 = 0;
    double a2 = 0;
    double a3 = 0;
    double b0 = 0;
    double b1 = 0;
    double b2 = 0;
    double b3 = 0;
    double c0 = 0;
    double c1 = 0;
    double c2 = 0;
    double c3 = 0;
    double d0 = 0;
    double d1 = 0;
    double d2 = 0;
    double d3 = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      double x0 = one[i];
      double x1 = one[i + 1];
      double x2 = one[i + 2];
      double x3 = one[i + 3];
      a0 += (x0 - others[a + i]) * (x0 - others[a + i]);
      a1 += (x1 - others[a + i + 1]) * (x1 - others[a + i + 1]);
      a2 += (x2 - others[a + i + 2]) * (x2 - others[a + i + 2]);
      a3 += (x3 - others[a + i + 3]) * (x3 - others[a + i + 3]);
      b0 += (x0 - others[b + i]) * (x0 - others[b + i]);
      b1 += (x1 - others[b + i + 1]) * (x1 - others[b + i + 1]);
      b2 += (x2 - others[b + i + 2]) * (x2 - others[b + i + 2]);
      b3 += (x3 - others[b + i + 3]) * (x3 - others[b + i + 3]);
      c0 += (x0 - others[c + i]) * (x0 - others[c + i]);
      c1 += (x1 - others[c + i + 1]) * (x1 - others[c + i + 1]);
      c2 += (x2 - others[c + i + 2]) * (x2 - others[c + i + 2]);
      c3 += (x3 - others[c + i + 3]) * (x3 - others[c + i + 3]);
      d0 += (x0 - others[d + i]) * (x0 - others[d + i]);
      d1 += (x1 - others[d + i + 1]) * (x1 - others[d + i + 1]);
      d2 += (x2 - others[d + i + 2]) * (x2 - others[d + i + 2]);
      d3 += (x3 - others[d + i + 3]) * (x3 - others[d + i + 3]);
    }
    for (; i < n; i++) {
      double x = one[i];
      a0 += (x - others[a + i]) * (x - others[a + i]);
      b0 += (x - others[b + i]) * (x - others[b + i]);
      c0 += (x - others[c + i]) * (x - others[c + i]);
      d0 += (x - others[d + i]) * (x - others[d + i]);
    }
    to[k] = (a0 + a1) + (a2 + a3);
    to[k + 1] = (b0 + b1) + (b2 + b3);
    to[k + 2] = (c0 + c1) + (c2 + c3);
    to[k + 3] = (d0 + d1) + (d2 + d3);
  }
}
