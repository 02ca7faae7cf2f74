package dev.holdfast.models.training;

import com.fasterxml.jackson.annotation.JsonTypeName;

/** The metric loss of the images as they are. */
@JsonTypeName("standard")
public record Standard() implements TrainingMethod {

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
    return step.backward(() -> step.recipe().loss().loss(step.embed(step.pixels()), step.labels()));
  }
}
