package dev.holdfast.models.training;

class StandardTest implements TrainingMethodContract {

  @Override
  public TrainingMethod method() {
    return new Standard();
  }

  @Override
  public AdversarialExampleMaker attack() {
    return (model, clean, start, targets, budget) -> {
      throw new AssertionError("nothing is attacked");
    };
  }
}
