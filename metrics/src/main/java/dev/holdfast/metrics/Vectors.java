package dev.holdfast.metrics;

/**
 * Products and distances of vectors, added up in double in the order of the components. {@link
 * dev.holdfast.metrics.knn} ranks by sums of its own, which are joined from four parts.
 */
public final class Vectors {

  private Vectors() {}

  /** Returns the inner product of two vectors of one length. */
  public static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }

  /**
   * Returns the inner product of two rows.
   *
   * @param aFrom where the first begins in {@code a}
   * @param bFrom where the second begins in {@code b}
   * @param dimension numbers in a row
   */
  public static double dot(float[] a, int aFrom, float[] b, int bFrom, int dimension) {
    double sum = 0;
    for (int d = 0; d < dimension; d++) {
      sum += (double) a[aFrom + d] * b[bFrom + d];
    }
    return sum;
  }

  /** Returns the squared length of a row. */
  public static double square(float[] a, int from, int dimension) {
    return dot(a, from, a, from, dimension);
  }

  /** Returns the squared Euclidean distance between two vectors of one length. */
  public static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (a[d] - b[d]) * (a[d] - b[d]);
    }
    return sum;
  }

  /** Returns the squared Euclidean distance between two rows; see {@link #dot}. */
  public static double squaredDistance(float[] a, int aFrom, float[] b, int bFrom, int dimension) {
    double sum = 0;
    for (int d = 0; d < dimension; d++) {
      double difference = (double) a[aFrom + d] - b[bFrom + d];
      sum += difference * difference;
    }
    return sum;
  }

  /**
   * Returns the distance between two rows by the definition of {@link Distance}; see {@link #dot}.
   */
  public static double distance(
      Distance distance, float[] a, int aFrom, float[] b, int bFrom, int dimension) {
    return switch (distance) {
      case EUCLIDEAN -> Math.sqrt(squaredDistance(a, aFrom, b, bFrom, dimension));
      case DOT -> -dot(a, aFrom, b, bFrom, dimension);
      case COSINE -> {
        double squares = square(a, aFrom, dimension) * square(b, bFrom, dimension);
        yield squares == 0
            ? 1
            : Math.max(0, 1 - dot(a, aFrom, b, bFrom, dimension) / Math.sqrt(squares));
      }
    };
  }
}
