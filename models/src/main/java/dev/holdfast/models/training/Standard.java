package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Route;

/** The metric loss of the images as they are. */
@JsonTypeName("standard")
public record Standard() implements TrainingMethod {

  private static final Route ROUTE = Route.all(Branch.MAIN, Route.Statistics.BATCH);

  @Override
  public String description() {
    return "the metric loss of clean images";
  }

  @Override
  public String source() {
    return "Roth et al. 2020 (2002.08473)";
  }

  @Override
  public double run(TrainingStep step) {
    NDArray images = step.normalize(step.pixels());
    return step.backward(() -> step.loss(step.embed(images, ROUTE), step.labels()));
  }
}
