package dev.holdfast.attacks.embedding;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;

/**
 * Stores one bit for each number of an embedding: +1 above a threshold, else -1. Both distances
 * between such codes order items as the Hamming distance does.
 *
 * @param threshold {@code zero} (default), or {@code mean}: that of the gallery in each dimension,
 *     for embeddings that are never negative
 */
@JsonTypeName("sign-quantization")
public record SignQuantization(String threshold) implements EmbeddingAttack {

  private static final String OWNER = "embedding attack sign-quantization";
  private static final String ZERO = "zero";
  private static final String MEAN = "mean";

  /** Puts the default in and checks it. */
  public SignQuantization {
    threshold = threshold == null ? ZERO : threshold;
    if (!List.of(ZERO, MEAN).contains(threshold)) {
      throw InputException.unknown("threshold", threshold, OWNER, List.of(ZERO, MEAN));
    }
  }

  @Override
  public String label() {
    return id() + "-" + threshold;
  }

  @Override
  public String description() {
    return "embeddings stored as one bit for each number, searched by Hamming distance";
  }

  @Override
  public String source() {
    return "Charikar, STOC 2002; Weiss, Torralba, Fergus, NIPS 2008";
  }

  @Override
  public List<Side> sides() {
    return List.of(Side.BOTH);
  }

  @Override
  public Moved move(EmbeddingSet items, EmbeddingContext scene) {
    int dimension = items.dimension();
    double[] thresholds = thresholds(scene);
    float[] values = new float[items.values().length];
    double[] lengths = new double[items.size()];
    // A code and an embedding are no points of one space.
    Arrays.fill(lengths, Double.NaN);
    for (int i = 0; i < items.size(); i++) {
      double[] prepared = EmbeddingContext.prepared(items, i, scene.distance());
      for (int d = 0; d < dimension; d++) {
        values[i * dimension + d] = prepared[d] > thresholds[d] ? 1 : -1;
      }
    }
    return new Moved(items.with(values), lengths);
  }

  private double[] thresholds(EmbeddingContext scene) {
    EmbeddingSet gallery = scene.gallery();
    double[] mean = new double[gallery.dimension()];
    for (int i = 0; i < gallery.size() && threshold.equals(MEAN); i++) {
      double[] row = EmbeddingContext.prepared(gallery, i, scene.distance());
      for (int d = 0; d < row.length; d++) {
        mean[d] += row[d] / gallery.size();
      }
    }
    return mean;
  }
}
