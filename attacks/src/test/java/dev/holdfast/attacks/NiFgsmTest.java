package dev.holdfast.attacks;

class NiFgsmTest implements AscentContract {

  @Override
  public Attack attack() {
    return new NiFgsm(5, null, null);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new NiFgsm(20, null, null);
  }

  @Override
  public boolean random() {
    return false;
  }
}
