package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.engine.GraphSafeScalars;

/**
 * Approaches embeddings: maximizes the mean of -d(f(x'), t) over targets. Distances are not
 * squared.
 *
 * @param chosen rows of the gallery for each item; empty where an embedding was given
 * @param embeddings for each item, its targets one after the other
 * @param count targets of each item
 */
@SuppressWarnings("ArrayRecordComponent")
record TargetedObjective(GalleryView galleryView, int[][] chosen, float[][] embeddings, int count)
    implements CellObjective {

  /**
   * Draws targets: gallery items of another class, uniformly, by item id and seed alone. Where a
   * target was given for an item, it is used for each draw.
   */
  static TargetedObjective ofOtherClasses(
      String purpose, int count, GalleryView galleryView, EmbeddingSet items) {
    int dimension = items.dimension();
    int[][] chosen = new int[items.size()][];
    float[][] embeddings = new float[items.size()][count * dimension];
    for (int item = 0; item < items.size(); item++) {
      float[] given = galleryView.given(items, item);
      CounterRng rng = galleryView.rng(purpose, items, item);
      chosen[item] = new int[given == null ? count : 0];
      for (int t = 0; t < count; t++) {
        float[] aim = given;
        if (given == null) {
          chosen[item][t] = galleryView.drawOther(items.labels()[item], rng);
          aim = galleryView.gallery().row(chosen[item][t]);
        }
        System.arraycopy(aim, 0, embeddings[item], t * dimension, dimension);
      }
    }
    return new TargetedObjective(galleryView, chosen, embeddings, count);
  }

  /** Aims at gallery items, equally many for each item under attack. */
  static TargetedObjective of(int[][] chosen, GalleryView galleryView) {
    EmbeddingSet gallery = galleryView.gallery();
    float[][] embeddings = new float[chosen.length][];
    for (int item = 0; item < chosen.length; item++) {
      embeddings[item] = gallery.select(chosen[item]).values();
    }
    return new TargetedObjective(galleryView, chosen, embeddings, chosen[0].length);
  }

  /** Returns one target of the item in each row of a batch; padding aims at zero. */
  NDArray rows(int target, int[] items, NDManager manager) {
    int dimension = galleryView.gallery().dimension();
    float[] values = new float[items.length * dimension];
    for (int row = 0; row < items.length; row++) {
      if (items[row] >= 0) {
        System.arraycopy(
            embeddings[items[row]], target * dimension, values, row * dimension, dimension);
      }
    }
    return manager.create(values, new Shape(items.length, dimension));
  }

  @Override
  public BatchObjective bind(int[] items, NDManager manager) {
    NDArray[] aims = new NDArray[count];
    for (int t = 0; t < count; t++) {
      aims[t] = galleryView.prepare(rows(t, items, manager));
    }
    return e -> {
      NDArray prepared = galleryView.prepareGiven(e);
      NDArray sum = galleryView.between(prepared, aims[0]);
      for (int t = 1; t < aims.length; t++) {
        sum = sum.add(galleryView.between(prepared, aims[t]));
      }
      return aims.length == 1 ? sum.neg() : GraphSafeScalars.times(sum, -1.0 / aims.length);
    };
  }
}
