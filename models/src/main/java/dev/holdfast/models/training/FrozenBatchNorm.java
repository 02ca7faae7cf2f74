package dev.holdfast.models.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Route;

/**
 * Which branches of batch norm keep their running statistics in training and normalize by them;
 * their scales and shifts go on learning.
 */
public enum FrozenBatchNorm {
  /** Every branch follows its batches. */
  @JsonProperty("none")
  NONE,
  /** The main branch is frozen. */
  @JsonProperty("main")
  MAIN,
  /** All branches are. */
  @JsonProperty("all")
  ALL;

  private boolean freezes(Branch branch) {
    return this == ALL || (this == MAIN && branch == Branch.MAIN);
  }

  Route apply(Route route) {
    return this == NONE
        ? route
        : new Route(
            route.parts().stream()
                .map(
                    p ->
                        freezes(p.branch())
                            ? new Route.Part(p.branch(), p.rows(), Route.Statistics.RUNNING)
                            : p)
                .toList());
  }
}
