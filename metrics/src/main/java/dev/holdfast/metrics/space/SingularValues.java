package dev.holdfast.metrics.space;

import dev.holdfast.metrics.EmbeddingSet;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Singular values of a tall matrix, as roots of the eigenvalues of its products of columns. These
 * are brought to tridiagonal form by reflections; the eigenvalues are then found by bisection, from
 * how many of them are below a number (Golub, Van Loan, "Matrix computations", 2013, sections 8.3.1
 * and 8.4.1).
 */
final class SingularValues {

  private static final int ROWS_AT_ONCE = 256;

  private SingularValues() {}

  /** Returns min(N, D) values, descending; what rounding alone makes different from 0 is 0. */
  static double[] of(EmbeddingSet set) {
    double[] eigenvalues = eigenvalues(products(set));
    Arrays.sort(eigenvalues);
    int n = eigenvalues.length;
    double noise = eigenvalues[n - 1] * n * 0x1p-52;
    return IntStream.range(0, Math.min(n, set.size()))
        .mapToDouble(i -> eigenvalues[n - 1 - i])
        .map(value -> value <= noise ? 0 : Math.sqrt(value))
        .toArray();
  }

  /** Returns the D x D products of columns; each is summed in the order of the rows. */
  private static double[][] products(EmbeddingSet set) {
    int d = set.dimension();
    double[][] products = new double[d][d];
    double[] block = new double[ROWS_AT_ONCE * d];
    for (int first = 0; first < set.size(); first += ROWS_AT_ONCE) {
      int count = Math.min(ROWS_AT_ONCE, set.size() - first);
      for (int i = 0; i < count * d; i++) {
        block[i] = set.values()[first * d + i];
      }
      IntStream.range(0, d)
          .parallel()
          .forEach(
              i -> {
                double[] sums = products[i];
                for (int row = 0; row < count; row++) {
                  addScaled(sums, block, row * d, i);
                }
              });
    }
    for (int i = 0; i < d; i++) {
      for (int j = i + 1; j < d; j++) {
        products[i][j] = products[j][i];
      }
    }
    return products;
  }

  /** Adds the products of a column with itself and those before it. */
  private static void addScaled(double[] sums, double[] block, int offset, int column) {
    double factor = block[offset + column];
    for (int j = 0; j <= column; j++) {
      sums[j] += factor * block[offset + j];
    }
  }

  /** Returns the eigenvalues of a symmetric matrix, ascending; the matrix is used up. */
  static double[] eigenvalues(double[][] a) {
    int n = a.length;
    double[] diagonal = new double[n];
    double[] beside = new double[n];
    for (int k = 0; k < n - 1; k++) {
      diagonal[k] = a[k][k];
      beside[k] = reflect(a, k);
    }
    diagonal[n - 1] = a[n - 1][n - 1];
    return bisect(diagonal, beside);
  }

  /** Reflects column k, below the diagonal, onto its first element, which is returned. */
  private static double reflect(double[][] a, int k) {
    int n = a.length;
    int first = k + 1;
    double[] v = new double[n];
    double square = 0;
    for (int i = first; i < n; i++) {
      v[i] = a[i][k];
      square += v[i] * v[i];
    }
    double length = Math.sqrt(square);
    if (square == v[first] * v[first]) {
      return v[first];
    }
    double reflected = v[first] > 0 ? -length : length;
    v[first] -= reflected;
    // H = I - v v' / half; a <- H a H, on what is left of the symmetric matrix.
    double half = square - reflected * a[first][k];
    double[] p = new double[n];
    double mean = 0;
    for (int i = first; i < n; i++) {
      double sum = 0;
      for (int j = first; j < n; j++) {
        sum += a[i][j] * v[j];
      }
      p[i] = sum / half;
      mean += p[i] * v[i];
    }
    for (int i = first; i < n; i++) {
      p[i] -= mean / (2 * half) * v[i];
    }
    for (int i = first; i < n; i++) {
      for (int j = first; j < n; j++) {
        a[i][j] -= v[i] * p[j] + p[i] * v[j];
      }
    }
    return reflected;
  }

  /**
   * Returns the eigenvalues of a symmetric tridiagonal matrix, ascending.
   *
   * @param beside what stands beside each diagonal element but the last
   */
  private static double[] bisect(double[] diagonal, double[] beside) {
    int n = diagonal.length;
    double[] squares = new double[n];
    double radius = 0;
    for (int i = 0; i < n; i++) {
      squares[i] = i == 0 ? 0 : beside[i - 1] * beside[i - 1];
      double row = Math.abs(diagonal[i]);
      row += i == 0 ? 0 : Math.abs(beside[i - 1]);
      row += i == n - 1 ? 0 : Math.abs(beside[i]);
      radius = Math.max(radius, row);
    }
    // Every eigenvalue is within the radius (Gershgorin).
    double largest = radius;
    return IntStream.range(0, n)
        .parallel()
        .mapToDouble(i -> eigenvalue(i, diagonal, squares, largest))
        .toArray();
  }

  private static double eigenvalue(int index, double[] diagonal, double[] squares, double radius) {
    double low = -radius;
    double high = radius;
    while (true) {
      double middle = low + (high - low) / 2;
      if (!(low < middle && middle < high) || high - low <= radius * 0x1p-54) {
        return middle;
      }
      if (below(middle, diagonal, squares) > index) {
        high = middle;
      } else {
        low = middle;
      }
    }
  }

  /** Counts the eigenvalues below a number: the negative pivots of elimination (Sylvester). */
  private static int below(double number, double[] diagonal, double[] squares) {
    int count = 0;
    double pivot = 1;
    for (int i = 0; i < diagonal.length; i++) {
      pivot = diagonal[i] - number - (squares[i] == 0 ? 0 : squares[i] / pivot);
      if (pivot == 0) {
        pivot = -Double.MIN_NORMAL;
      }
      count += pivot < 0 ? 1 : 0;
    }
    return count;
  }
}
