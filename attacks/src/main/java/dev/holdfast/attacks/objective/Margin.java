package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
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
  public Aim aim(Surroundings surroundings, EmbeddingSet items) {
    float[] missing = new float[items.size()];
    for (int i = 0; i < items.size(); i++) {
      // Without a relevant item nothing is left to break; without k others nothing can break it.
      missing[i] =
          surroundings.relevant(items, i) == 0
              ? Surroundings.FAR
              : surroundings.others(items, i) < k ? -Surroundings.FAR : 0;
    }
    return new FreeAim(
        items.size(), (batch, manager) -> bind(surroundings, items, missing, batch, manager));
  }

  private BoundObjective bind(
      Surroundings surroundings,
      EmbeddingSet items,
      float[] missing,
      int[] batch,
      NDManager manager) {
    NDArray[] hidden = surroundings.hidden(items, batch, manager);
    float[] offsets = new float[batch.length];
    for (int i = 0; i < batch.length; i++) {
      offsets[i] = batch[i] < 0 ? 0 : missing[batch[i]];
    }
    NDArray offset = manager.create(offsets);
    int kth = Math.min(k, surroundings.gallery().size());
    return e -> {
      NDArray prepared = surroundings.prepareGiven(e);
      NDArray order = surroundings.order(prepared.stopGradient());
      NDArray relevant = order.add(hidden[0]).argMin(1);
      NDArray others = order.addi(hidden[1]);
      NDArray other =
          kth == 1
              ? others.argMin(1)
              : others.topK(kth, 1, false, true).get(1).get(new NDIndex(":, {}", kth - 1));
      // The product says which items count; how far they are is computed anew, because squares of
      // nearby items cancel.
      return surroundings
          .between(prepared, surroundings.galleryRows(relevant))
          .sub(surroundings.between(prepared, surroundings.galleryRows(other)))
          .add(offset);
    };
  }
}
