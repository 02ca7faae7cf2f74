package dev.holdfast.attacks;

class FgsmTest implements AscentContract {

  @Override
  public Attack attack() {
    return new Fgsm();
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new Fgsm();
  }

  @Override
  public boolean random() {
    return false;
  }

  @Override
  public boolean oneStep() {
    return true;
  }
}
