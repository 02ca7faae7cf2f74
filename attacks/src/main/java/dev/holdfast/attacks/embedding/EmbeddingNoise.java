package dev.holdfast.attacks.embedding;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Vectors;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;
import java.util.Locale;

/**
 * Adds Gaussian noise to every number of an embedding. The root of its mean squared length is
 * {@code scale} times a length of the embedding space, so that spaces of any scale and dimension
 * compare.
 *
 * @param scale length of the noise in that unit; default 0.5
 * @param relativeTo {@code neighbor-distance} (default): the mean distance of a clean query to its
 *     nearest gallery item; or {@code norm}: the mean length of a gallery embedding
 */
@JsonTypeName("embedding-noise")
public record EmbeddingNoise(Double scale, String relativeTo) implements EmbeddingAttack {

  private static final String OWNER = "embedding attack embedding-noise";
  private static final String NEIGHBOR_DISTANCE = "neighbor-distance";
  private static final String NORM = "norm";
  private static final double DEFAULT_SCALE = 0.5;

  /** Puts the defaults in and checks the values. */
  public EmbeddingNoise {
    scale = scale == null ? Double.valueOf(DEFAULT_SCALE) : scale;
    relativeTo = relativeTo == null ? NEIGHBOR_DISTANCE : relativeTo;
    if (!(scale >= 0 && scale < Double.POSITIVE_INFINITY)) {
      throw InputException.of("scale", scale, OWNER, "be finite and not negative", "try 0.5");
    }
    List<String> known = List.of(NEIGHBOR_DISTANCE, NORM);
    if (!known.contains(relativeTo)) {
      throw InputException.unknown("relative_to", relativeTo, OWNER, known);
    }
  }

  @Override
  public String label() {
    String number = String.format(Locale.ROOT, "%s", scale).replaceAll("\\.0$", "");
    return id() + "-" + number.toLowerCase(Locale.ROOT) + (relativeTo.equals(NORM) ? "-norm" : "");
  }

  @Override
  public String description() {
    return "Gaussian noise on embeddings, in parts of the mean distance to the nearest neighbor";
  }

  @Override
  public String source() {
    return "the usual model of noise in storage or on the way";
  }

  @Override
  public List<Side> sides() {
    return List.of(Side.QUERY, Side.GALLERY, Side.BOTH);
  }

  @Override
  public boolean needsDistance() {
    return relativeTo.equals(NEIGHBOR_DISTANCE);
  }

  @Override
  public Moved move(EmbeddingSet items, EmbeddingContext scene) {
    int dimension = items.dimension();
    double sigma = scale * unit(scene) / Math.sqrt(dimension);
    float[] values = new float[items.values().length];
    double[] lengths = new double[items.size()];
    for (int i = 0; i < items.size(); i++) {
      if (scale == 0) {
        System.arraycopy(items.values(), i * dimension, values, i * dimension, dimension);
        continue;
      }
      double[] prepared = EmbeddingContext.prepared(items, i, scene.distance());
      CounterRng rng = CounterRng.of(scene.seed(), scene.cell(), items.ids()[i]);
      double squares = 0;
      for (int d = 0; d < dimension; d++) {
        float moved = (float) (prepared[d] + sigma * rng.nextGaussian());
        values[i * dimension + d] = moved;
        squares += (moved - prepared[d]) * (moved - prepared[d]);
      }
      lengths[i] = Math.sqrt(squares);
    }
    return new Moved(items.with(values), lengths);
  }

  private double unit(EmbeddingContext scene) {
    if (relativeTo.equals(NEIGHBOR_DISTANCE)) {
      return scene.neighborDistance();
    }
    double sum = 0;
    for (int i = 0; i < scene.gallery().size(); i++) {
      double[] row = EmbeddingContext.prepared(scene.gallery(), i, scene.distance());
      sum += Math.sqrt(Vectors.dot(row, row));
    }
    return sum / scene.gallery().size();
  }
}
