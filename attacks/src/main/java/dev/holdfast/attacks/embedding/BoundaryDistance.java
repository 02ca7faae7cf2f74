package dev.holdfast.attacks.embedding;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The exact distance that each query embedding must move before its nearest neighbor is of another
 * class: no attacker who moves embeddings by less can break recall@1, whatever the attack. Under
 * the cosine distance an embedding of length 1 moves freely, so the result is the sine of the angle
 * by which its direction must turn, and 1 from 90 degrees on.
 *
 * <p>A clean miss has distance 0. The result is the distance to a union of Voronoi faces: for each
 * item of another class, the projection onto the polyhedron where it is at least as near as every
 * relevant item, by quadratic programming with a certificate.
 */
@JsonTypeName("boundary-distance")
public record BoundaryDistance() implements EmbeddingAttack {

  @Override
  public String description() {
    return "exact distance to where the nearest neighbor is of another class";
  }

  @Override
  public String source() {
    return "distance to Voronoi faces; quadratic programs after Goldfarb and Idnani 1983";
  }

  @Override
  public List<Side> sides() {
    return List.of(Side.QUERY);
  }

  @Override
  public boolean measuresLength() {
    return true;
  }

  @Override
  public boolean needsDistance() {
    return true;
  }

  @Override
  public Moved move(EmbeddingSet items, EmbeddingContext scene) {
    VoronoiBoundary boundary = new VoronoiBoundary(scene.gallery(), scene.distance());
    float[] values = new float[items.values().length];
    double[] lengths = new double[items.size()];
    IntStream.range(0, items.size())
        .parallel()
        .forEach(
            i -> {
              VoronoiBoundary.Crossing crossing = boundary.of(items, i);
              lengths[i] = crossing.length();
              for (int d = 0; d < items.dimension(); d++) {
                values[i * items.dimension() + d] = (float) crossing.moved()[d];
              }
            });
    return new Moved(items.with(values), lengths);
  }
}
