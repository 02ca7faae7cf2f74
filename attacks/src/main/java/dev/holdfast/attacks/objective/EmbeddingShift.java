package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;

/** Moves the embedding as far as possible from where it was: maximizes d(f(x'), f(x)). */
@JsonTypeName("embedding-shift")
public record EmbeddingShift() implements Objective {

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
    return true;
  }

  @Override
  public Aim aim(Surroundings surroundings, EmbeddingSet items) {
    return new FreeAim(
        items.size(),
        (batch, manager) -> {
          NDArray clean = surroundings.rows(items, batch, manager);
          return e -> Surroundings.distance(surroundings.prepare(e), clean);
        });
  }
}
