package dev.holdfast.attacks.objective;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Vectors;
import java.util.function.IntPredicate;

/**
 * Ranks of items of a set, counted in double with one fixed order of summation: what papers on
 * ranking attacks report.
 */
final class RankCounter {

  private final EmbeddingSet set;
  private final Distance distance;

  /** What rows are multiplied with before they are compared. */
  private final double[] scales;

  RankCounter(EmbeddingSet set, Distance distance) {
    this.set = set;
    this.distance = distance;
    this.scales = new double[set.size()];
    for (int row = 0; row < scales.length; row++) {
      scales[row] = scale(set, row);
    }
  }

  /** Under the cosine distance, points have length 1; zero stays zero. */
  private double scale(EmbeddingSet of, int row) {
    if (distance != Distance.COSINE) {
      return 1;
    }
    double squares = Vectors.square(of.values(), row * of.dimension(), of.dimension());
    return squares == 0 ? 1 : 1 / Math.sqrt(squares);
  }

  /** Returns a row of a set of embeddings as points are compared. */
  double[] point(EmbeddingSet of, int row) {
    double scale = scale(of, row);
    double[] point = new double[of.dimension()];
    for (int d = 0; d < point.length; d++) {
      point[d] = of.values()[row * point.length + d] * scale;
    }
    return point;
  }

  /** Returns what orders one point around another. */
  double between(double[] a, double[] b) {
    return distance == Distance.DOT ? -Vectors.dot(a, b) : distance(a, b);
  }

  private static double dot(double[] point, float[] values, int from) {
    double dot = 0;
    for (int d = 0; d < point.length; d++) {
      dot += point[d] * values[from + d];
    }
    return dot;
  }

  /** Returns the distance between two points. */
  static double distance(double[] a, double[] b) {
    return Math.sqrt(Vectors.squaredDistance(a, b));
  }

  /** Returns what orders the items of the set around a point: its distance to each. */
  double[] distances(double[] point) {
    float[] values = set.values();
    double[] distances = new double[scales.length];
    for (int row = 0; row < distances.length; row++) {
      if (distance == Distance.DOT) {
        distances[row] = -dot(point, values, row * point.length);
        continue;
      }
      double squares = 0;
      for (int d = 0; d < point.length; d++) {
        double difference = point[d] - values[row * point.length + d] * scales[row];
        squares += difference * difference;
      }
      distances[row] = Math.sqrt(squares);
    }
    return distances;
  }

  /**
   * Counts the items that stand ahead of something.
   *
   * @param from the distance of the something
   * @param counted which items count
   * @param ties whether an item at the same distance, or where one is not a number, is ahead
   */
  static int ahead(double[] distances, double from, IntPredicate counted, boolean ties) {
    int ahead = 0;
    for (int row = 0; row < distances.length; row++) {
      if (counted.test(row) && (ties ? !(distances[row] > from) : distances[row] < from)) {
        ahead++;
      }
    }
    return ahead;
  }
}
