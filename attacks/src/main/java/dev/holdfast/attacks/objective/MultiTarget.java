package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.Scalars;

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
  public BoundObjective bind(
      Surroundings surroundings, EmbeddingSet batch, int rows, NDManager manager) {
    NDArray[] aims = surroundings.targets(id(), targets, batch, rows, manager);
    return e -> {
      NDArray prepared = surroundings.prepare(e);
      NDArray sum = Surroundings.distance(prepared, aims[0]);
      for (int t = 1; t < aims.length; t++) {
        sum = sum.add(Surroundings.distance(prepared, aims[t]));
      }
      return Scalars.times(sum, -1.0 / aims.length);
    };
  }
}
