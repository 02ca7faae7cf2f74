package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import java.util.Arrays;
import java.util.List;

/**
 * The distance to the nearest relevant item minus the k-th smallest distance to a wrong one; or, of
 * a row that aims at one wrong item, minus the smallest distance within which that item and k - 1
 * other wrong ones lie. Whatever item a row aims at, recall@k is broken where it is positive; and
 * where recall@k is broken, it is positive for some item.
 */
final class MarginObjective implements CellObjective {

  private final GalleryView galleryView;
  private final EmbeddingSet items;
  private final int k;

  /** What is added where there is nothing to break, or nothing that could break it. */
  private final float[] missing;

  /** For each item the wrong rows of the gallery nearest to it, as many as have been asked for. */
  private int[][] wrong;

  private int depth;

  MarginObjective(GalleryView galleryView, EmbeddingSet items, int k, float... missing) {
    this.galleryView = galleryView;
    this.items = items;
    this.k = Math.min(k, galleryView.gallery().size());
    this.missing = missing;
  }

  @Override
  public int[][] chosen() {
    return new int[items.size()][0];
  }

  @Override
  public BatchObjective bind(int[] batch, NDManager manager) {
    return bind(batch, new int[batch.length], manager);
  }

  @Override
  public BatchObjective bind(int[] batch, int[] ranks, NDManager manager) {
    NDArray[] hidden = galleryView.hidden(items, batch, manager);
    float[] offsets = new float[batch.length];
    for (int i = 0; i < batch.length; i++) {
      offsets[i] = batch[i] < 0 ? 0 : missing[batch[i]];
    }
    NDArray offset = manager.create(offsets);
    long[] rows = targets(batch, ranks);
    Named named = Arrays.stream(rows).allMatch(row -> row < 0) ? null : named(rows, manager);
    return e -> {
      NDArray prepared = galleryView.prepareGiven(e);
      NDArray order = galleryView.order(prepared.stopGradient());
      NDArray relevant = order.add(hidden[0]).argMin(1);
      NDArray others = order.addi(hidden[1]);
      NDArray other = smallest(others, k);
      if (named != null) {
        other = NDArrays.where(named.aims(), farthest(others, named), other);
      }
      // The product says which items count; how far they are is computed anew, because squares of
      // nearby items cancel.
      return galleryView
          .between(prepared, galleryView.galleryRows(relevant))
          .sub(galleryView.between(prepared, galleryView.galleryRows(other)))
          .add(offset);
    };
  }

  /**
   * Returns the row of the gallery that each row of a batch aims at; -1 for whichever is nearest.
   */
  private long[] targets(int[] batch, int... ranks) {
    long[] rows = new long[batch.length];
    Arrays.fill(rows, -1);
    int deepest = Arrays.stream(ranks).max().orElse(0);
    if (deepest > depth) {
      search(deepest);
    }
    for (int i = 0; i < rows.length; i++) {
      if (batch[i] >= 0 && ranks[i] > 0 && wrong[batch[i]].length > 0) {
        int[] nearest = wrong[batch[i]];
        rows[i] = nearest[Math.min(ranks[i], nearest.length) - 1];
      }
    }
    return rows;
  }

  private void search(int deepest) {
    EmbeddingSet gallery = galleryView.gallery();
    int largest = TargetSelection.largestClass(gallery.labels());
    List<QueryResult> found =
        galleryView.search(items, Math.min(gallery.size(), deepest + largest));
    wrong = new int[items.size()][];
    for (int item = 0; item < wrong.length; item++) {
      long label = items.labels()[item];
      wrong[item] =
          Arrays.stream(found.get(item).neighbors())
              .filter(row -> gallery.labels()[row] != label)
              .limit(deepest)
              .toArray();
    }
    depth = deepest;
  }

  /**
   * Rows that aim at one item.
   *
   * @param aims whether a row does, B
   * @param rows of the gallery that they aim at, int64, B; 0 for the others
   * @param itself FAR where the gallery item is that, else 0, B x G; null where k is 1
   */
  private record Named(NDArray aims, NDArray rows, NDArray itself) {}

  private Named named(long[] rows, NDManager manager) {
    boolean[] aims = new boolean[rows.length];
    long[] clipped = new long[rows.length];
    float[] itself = new float[k == 1 ? 0 : rows.length * galleryView.gallery().size()];
    for (int i = 0; i < rows.length; i++) {
      aims[i] = rows[i] >= 0;
      clipped[i] = Math.max(0, rows[i]);
      if (k > 1 && aims[i]) {
        itself[i * galleryView.gallery().size() + (int) rows[i]] = GalleryView.FAR;
      }
    }
    return new Named(
        manager.create(aims),
        manager.create(clipped),
        k == 1
            ? null
            : manager.create(itself, new Shape(rows.length, galleryView.gallery().size())));
  }

  private static NDArray smallest(NDArray order, int kth) {
    return kth == 1
        ? order.argMin(1)
        : order.topK(kth, 1, false, true).get(1).get(new NDIndex(":, {}", kth - 1));
  }

  /** Of the item that is aimed at and the k - 1 nearest other wrong ones, the farthest. */
  private NDArray farthest(NDArray others, Named named) {
    if (k == 1) {
      return named.rows();
    }
    NDArray without = smallest(others.add(named.itself()), k - 1);
    NDArray isFarther =
        others
            .gather(named.rows().expandDims(1), 1)
            .gte(others.gather(without.expandDims(1), 1))
            .squeeze(1);
    return NDArrays.where(isFarther, named.rows(), without);
  }
}
