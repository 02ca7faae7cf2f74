package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.engine.GraphSafeScalars;

/**
 * U-turn (ODFA): turns the embedding around. Minimizes the mean square of f(x') + f(x) over the
 * dimensions.
 */
@JsonTypeName("u-turn")
public record UTurn() implements Objective {

  @Override
  public String description() {
    return "ODFA: approach the opposite of the clean embedding";
  }

  @Override
  public String source() {
    return "Zheng et al., Open Set Adversarial Examples, 2018 (1809.02681)";
  }

  /** At a clean embedding of length 1, every direction on the sphere is as good as any other. */
  @Override
  public boolean hasZeroGradientAtClean() {
    return true;
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    return new UntargetedObjective(
        items.size(),
        (batch, manager) -> {
          NDArray clean = galleryView.rows(items, batch, manager);
          return e ->
              GraphSafeScalars.times(
                  galleryView.prepareGiven(e).add(clean).square().sum(new int[] {1}),
                  -1.0 / items.dimension());
        });
  }
}
