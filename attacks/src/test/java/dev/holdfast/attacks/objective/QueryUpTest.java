package dev.holdfast.attacks.objective;

class QueryUpTest implements QueryContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {of(null, null), of(3, null), of(2, "robrank")};
  }

  @Override
  public Objective of(Integer candidates, String variant) {
    return new QueryUp(candidates, variant);
  }

  @Override
  public int candidates(Objective objective) {
    return ((QueryUp) objective).candidates();
  }

  @Override
  public boolean robrank(Objective objective) {
    return ((QueryUp) objective).variant().equals("robrank");
  }

  @Override
  public boolean down() {
    return false;
  }
}
