package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;

/**
 * STAX: moves the embedding towards that of one gallery item of another class, drawn by seed and
 * item id. Maximizes -d(f(x'), t).
 */
@JsonTypeName("single-target")
public record SingleTarget() implements Objective {

  @Override
  public String description() {
    return "STAX: approach the embedding of one random item of another class";
  }

  @Override
  public String source() {
    return "Singh, Kakizaki, Araki, arXiv 2211.16253";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.otherClass(1, gallery, attacked, "objective single-target");
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    return TargetedObjective.ofOtherClasses(id(), 1, galleryView, items);
  }
}
