package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;

/**
 * Moves the embedding as far as possible from where it was: maximizes d(f(x'), f(x)).
 *
 * @param variant {@code corrected} (default): attacks start beside the clean image, where this has
 *     a gradient; {@code robrank}: 1e-7 is added to every number of f(x) instead
 */
@JsonTypeName("embedding-shift")
public record EmbeddingShift(String variant) implements Objective {

  private static final double BESIDE = 1e-7;

  /** Puts the default in and checks it. */
  public EmbeddingShift {
    variant = Variant.checked(variant, "objective embedding-shift");
  }

  /** The corrected variant. */
  public EmbeddingShift() {
    this(null);
  }

  @Override
  public String label() {
    return id() + Variant.suffix(variant);
  }

  @Override
  public String description() {
    return "maximize the distance between the embeddings of the perturbed and the clean image";
  }

  @Override
  public String source() {
    return "Zhou et al., CVPR 2022 (ES)";
  }

  /** At the clean image the distance is 0, and its gradient 0/0. */
  @Override
  public boolean flatAtClean() {
    return !Variant.robrank(variant);
  }

  @Override
  public Aim aim(Surroundings surroundings, EmbeddingSet items) {
    return new FreeAim(
        items.size(),
        (batch, manager) -> {
          NDArray exact = surroundings.rows(items, batch, manager);
          NDArray clean = Variant.robrank(variant) ? exact.add(BESIDE) : exact;
          return e -> Surroundings.distance(surroundings.prepareGiven(e), clean);
        });
  }
}
