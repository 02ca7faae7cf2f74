package dev.holdfast.models.training;

class StandardTest implements TrainingMethodContract {

  @Override
  public TrainingMethod method() {
    return new Standard();
  }
}
