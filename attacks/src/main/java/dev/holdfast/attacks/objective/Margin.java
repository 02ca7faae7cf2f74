package dev.holdfast.attacks.objective;

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
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    float[] missing = new float[items.size()];
    for (int i = 0; i < items.size(); i++) {
      // Without a relevant item nothing is left to break; without k others nothing can break it.
      missing[i] =
          galleryView.relevant(items, i) == 0
              ? GalleryView.FAR
              : galleryView.others(items, i) < k ? -GalleryView.FAR : 0;
    }
    return new MarginObjective(galleryView, items, k, missing);
  }
}
