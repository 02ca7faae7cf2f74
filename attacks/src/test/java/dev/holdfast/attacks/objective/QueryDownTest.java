package dev.holdfast.attacks.objective;

class QueryDownTest implements QueryContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {of(null, null), of(3, null), of(2, "robrank")};
  }

  @Override
  public Objective of(Integer candidates, String variant) {
    return new QueryDown(candidates, variant);
  }

  @Override
  public int candidates(Objective objective) {
    return ((QueryDown) objective).candidates();
  }

  @Override
  public boolean robrank(Objective objective) {
    return ((QueryDown) objective).variant().equals("robrank");
  }

  @Override
  public boolean down() {
    return true;
  }
}
