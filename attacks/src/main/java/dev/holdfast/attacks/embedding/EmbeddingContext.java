package dev.holdfast.attacks.embedding;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.Vectors;
import java.util.List;

/**
 * The context of embeddings under attack: the gallery, its distance and its scale.
 *
 * @param gallery the clean gallery
 * @param distance of the search
 * @param neighborDistance mean distance of a clean query to its nearest gallery item, the unit in
 *     which embedding spaces of any scale compare
 * @param seed of the run
 * @param cell id of the cell, so that cells draw different random numbers
 */
public record EmbeddingContext(
    EmbeddingSet gallery, Distance distance, double neighborDistance, long seed, String cell) {

  /**
   * Returns the mean distance to the nearest item, Euclidean between prepared embeddings; NaN where
   * what orders the gallery is no distance.
   *
   * @param results of clean queries
   */
  public static double neighborDistance(List<QueryResult> results, Distance distance) {
    if (!distance.isDistance()) {
      return Double.NaN;
    }
    return results.stream()
        .mapToDouble(r -> r.distances()[0])
        // Between vectors of length 1, |a - b|^2 = 2 - 2 cos.
        .map(d -> distance == Distance.COSINE ? Math.sqrt(2 * d) : d)
        .average()
        .orElse(Double.NaN);
  }

  /** Returns an embedding in double, of length 1 under the cosine distance; zero stays zero. */
  static double[] prepared(EmbeddingSet set, int row, Distance distance) {
    double scale = scale(set, row, distance);
    double[] vector = new double[set.dimension()];
    for (int d = 0; d < vector.length; d++) {
      vector[d] = set.values()[row * vector.length + d] * scale;
    }
    return vector;
  }

  /** Returns the factor that prepares an embedding; 0 for zero under the cosine distance. */
  static double scale(EmbeddingSet set, int row, Distance distance) {
    if (distance != Distance.COSINE) {
      return 1;
    }
    double squares = Vectors.square(set.values(), row * set.dimension(), set.dimension());
    return squares == 0 ? 0 : 1 / Math.sqrt(squares);
  }
}
