package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;

/**
 * MTAX: moves the embedding towards several gallery items of other classes at once. Maximizes the
 * mean of -d(f(x'), t) over the targets; distances are not squared.
 *
 * @param targets how many; default 5
 */
@JsonTypeName("multi-target")
public record MultiTarget(Integer targets) implements Objective {

  private static final int DEFAULT_TARGETS = 5;

  /** Puts the default in and checks it. */
  public MultiTarget {
    targets = targets == null ? DEFAULT_TARGETS : targets;
    if (targets < 1) {
      throw InputException.of(
          "targets", targets, "objective multi-target", "be at least 1", "try 5");
    }
  }

  @Override
  public String label() {
    return id() + "-" + targets;
  }

  @Override
  public String description() {
    return "MTAX: approach the embeddings of several random items of other classes";
  }

  @Override
  public String source() {
    return "Singh, Kakizaki, Araki, arXiv 2211.16253";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.otherClass(targets, gallery, attacked, "objective multi-target");
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    return TargetedObjective.ofOtherClasses(id(), targets, galleryView, items);
  }
}
