package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
  public BoundObjective bind(
      Surroundings surroundings, EmbeddingSet batch, int rows, NDManager manager) {
    NDArray target = surroundings.targets(id(), 1, batch, rows, manager)[0];
    return e -> Surroundings.distance(surroundings.prepare(e), target).neg();
  }
}
