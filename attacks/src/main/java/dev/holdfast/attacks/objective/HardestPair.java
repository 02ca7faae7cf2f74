package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import dev.holdfast.metrics.EmbeddingSet;

/** The farthest item of another class against the nearest relevant one: what LTM looks at. */
final class HardestPair {

  private HardestPair() {}

  /**
   * Returns the aim of minimizing [max d(f(x'), n) - min d(f(x'), p) + margin]+.
   *
   * @param own whether the item's own clean copy counts as relevant
   */
  static CellObjective aim(
      GalleryView galleryView, EmbeddingSet items, double margin, boolean own) {
    return new UntargetedObjective(
        items.size(), (batch, manager) -> bind(galleryView, items, margin, own, batch, manager));
  }

  private static BatchObjective bind(
      GalleryView galleryView,
      EmbeddingSet items,
      double margin,
      boolean own,
      int[] batch,
      NDManager manager) {
    NDArray[] hidden = galleryView.hidden(items, batch, own, manager);
    float[] missing = new float[batch.length];
    for (int i = 0; i < batch.length; i++) {
      // Without a relevant item, everything is ahead of all there is.
      boolean none =
          batch[i] < 0
              || galleryView.relevant(items, batch[i]) == 0
              || galleryView.others(items, batch[i]) == 0;
      missing[i] = none ? -GalleryView.FAR : (float) margin;
    }
    NDArray offset = manager.create(missing);
    return e -> {
      NDArray prepared = galleryView.prepareGiven(e);
      NDArray order = galleryView.order(prepared.stopGradient());
      NDArray relevant = order.add(hidden[0]).argMin(1);
      NDArray other = order.subi(hidden[1]).argMax(1);
      // The product says which items count; how far they are is computed anew.
      NDArray difference =
          galleryView
              .between(prepared, galleryView.galleryRows(other))
              .sub(galleryView.between(prepared, galleryView.galleryRows(relevant)))
              .add(offset);
      return Activation.relu(difference).neg();
    };
  }
}
