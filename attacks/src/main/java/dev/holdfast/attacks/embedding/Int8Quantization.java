package dev.holdfast.attacks.embedding;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;

/**
 * Stores every number of an embedding in 8 bits: {@code round(x / s)} between -127 and 127, halves
 * to even, and reads it back as {@code code * s}. The step is {@code s = max |x| / 127} over the
 * gallery, for the whole tensor or for each dimension; what a query has beyond that is cut off.
 *
 * @param per {@code tensor} (default) or {@code dimension}
 */
@JsonTypeName("int8-quantization")
public record Int8Quantization(String per) implements EmbeddingAttack {

  private static final String OWNER = "embedding attack int8-quantization";
  private static final String TENSOR = "tensor";
  private static final String DIMENSION = "dimension";
  private static final int LARGEST = 127;

  /** Puts the default in and checks it. */
  public Int8Quantization {
    per = per == null ? TENSOR : per;
    if (!List.of(TENSOR, DIMENSION).contains(per)) {
      throw InputException.unknown("per", per, OWNER, List.of(TENSOR, DIMENSION));
    }
  }

  @Override
  public String label() {
    return id() + "-" + per;
  }

  @Override
  public String description() {
    return "embeddings stored as symmetric 8-bit integers";
  }

  @Override
  public String source() {
    return "symmetric quantization, Jacob et al., CVPR 2018 (1712.05877)";
  }

  @Override
  public List<Side> sides() {
    return List.of(Side.BOTH, Side.QUERY, Side.GALLERY);
  }

  @Override
  public Moved move(EmbeddingSet items, EmbeddingContext scene) {
    int dimension = items.dimension();
    double[] step = steps(scene);
    float[] values = new float[items.values().length];
    double[] lengths = new double[items.size()];
    for (int i = 0; i < items.size(); i++) {
      double[] prepared = EmbeddingContext.prepared(items, i, scene.distance());
      double squares = 0;
      for (int d = 0; d < dimension; d++) {
        double code =
            step[d] == 0
                ? 0
                : Math.max(-LARGEST, Math.min(LARGEST, Math.rint(prepared[d] / step[d])));
        values[i * dimension + d] = (float) (code * step[d]);
        squares += (code * step[d] - prepared[d]) * (code * step[d] - prepared[d]);
      }
      lengths[i] = Math.sqrt(squares);
    }
    return new Moved(items.with(values), lengths);
  }

  private double[] steps(EmbeddingContext scene) {
    EmbeddingSet gallery = scene.gallery();
    double[] largest = new double[gallery.dimension()];
    for (int i = 0; i < gallery.size(); i++) {
      double[] row = EmbeddingContext.prepared(gallery, i, scene.distance());
      for (int d = 0; d < row.length; d++) {
        largest[d] = Math.max(largest[d], Math.abs(row[d]));
      }
    }
    if (per.equals(TENSOR)) {
      Arrays.fill(largest, Arrays.stream(largest).max().orElse(0));
    }
    return Arrays.stream(largest).map(l -> short12(l / LARGEST)).toArray();
  }

  /**
   * Rounds up to 12 significant bits. Codes have 7: all products and sums of the search are then
   * exact, and distances that are equal between codes stay equal. The step grows by less than 0.05
   * %.
   */
  private static double short12(double step) {
    if (step == 0) {
      return 0;
    }
    double unit = Math.scalb(1.0, Math.getExponent(step) - 11);
    return Math.ceil(step / unit) * unit;
  }
}
