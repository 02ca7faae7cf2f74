package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;

/**
 * The retrieval form of the Carlini-Wagner margin: the distance to the nearest relevant item minus
 * the k-th smallest distance to an item of another class. Recall@k is broken exactly where it is
 * positive. The item itself, by id, is neither.
 *
 * @param k of recall@k; default 1
 */
@JsonTypeName("margin")
public record Margin(Integer k) implements Objective {

  /** Larger than any distance between embeddings that are worth attacking, and than its square. */
  private static final float FAR = 1e36f;

  /** Puts the default in and checks it. */
  public Margin {
    k = k == null ? 1 : k;
    if (k < 1) {
      throw InputException.of("k", k, "objective margin", "be at least 1", "try 1");
    }
  }

  @Override
  public String label() {
    return id() + "-" + k;
  }

  @Override
  public String description() {
    return "push the nearest relevant item behind the k-th nearest other one";
  }

  @Override
  public String source() {
    return "after Carlini and Wagner, S&P 2017 (1608.04644), for retrieval";
  }

  @Override
  public BoundObjective bind(
      Surroundings surroundings, EmbeddingSet batch, int rows, NDManager manager) {
    EmbeddingSet gallery = surroundings.gallery();
    int size = gallery.size();
    float[] notRelevant = new float[rows * size];
    float[] notOther = new float[rows * size];
    float[] missing = new float[rows];
    for (int i = 0; i < batch.size(); i++) {
      int relevant = 0;
      int others = 0;
      for (int j = 0; j < size; j++) {
        boolean self = gallery.ids()[j] == batch.ids()[i];
        boolean same = gallery.labels()[j] == batch.labels()[i];
        relevant += same && !self ? 1 : 0;
        others += same || self ? 0 : 1;
        notRelevant[i * size + j] = same && !self ? 0 : FAR;
        notOther[i * size + j] = same || self ? FAR : 0;
      }
      // Without a relevant item nothing is left to break; without k others nothing can break it.
      missing[i] = relevant == 0 ? FAR : others < k ? -FAR : 0;
    }
    NDArray hideFromRelevant = manager.create(notRelevant, new Shape(rows, size));
    NDArray hideFromOthers = manager.create(notOther, new Shape(rows, size));
    NDArray offset = manager.create(missing);
    int kth = Math.min(k, size);
    return e -> {
      NDArray prepared = surroundings.prepare(e);
      NDArray squares = surroundings.squaredDistances(prepared.stopGradient());
      long[] relevant = squares.add(hideFromRelevant).argMin(1).toLongArray();
      NDArray nearest = squares.add(hideFromOthers).topK(kth, 1, false, true).get(1);
      long[] other = nearest.get(":, " + (kth - 1)).toLongArray();
      // The product says which items count; how far they are is computed anew, because squares of
      // nearby items cancel.
      return Surroundings.distance(prepared, surroundings.galleryRows(relevant, e.getManager()))
          .sub(Surroundings.distance(prepared, surroundings.galleryRows(other, e.getManager())))
          .add(offset);
    };
  }
}
