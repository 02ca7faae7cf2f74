package dev.holdfast.models.training;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.models.registry.Registry;

/** What happens in one training step before the optimizer moves the weights. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface TrainingMethod permits Standard, MdProp {

  /** Returns the id that recipes use. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns what it is, in one line. */
  String description();

  /** Returns where it comes from. */
  String source();

  /** Returns how many branches every batch norm has. */
  default int branches() {
    return 1;
  }

  /** Tells whether the running statistics of auxiliary branches start at mean 0 and variance 1. */
  default boolean startsWithFreshStatistics() {
    return false;
  }

  /**
   * Checks that the method can work with batches of a recipe.
   *
   * @throws dev.holdfast.metrics.error.InputException if it cannot
   */
  default void check(int batchSize, int samplesPerClass) {}

  /**
   * Leaves the gradient of the loss in the weights of the step, by one call of {@link
   * TrainingStep#backward}.
   *
   * @return the loss
   */
  double run(TrainingStep step);
}
