package dev.holdfast.attacks.objective;

class CandidateUpTest implements CandidateContract {

  @Override
  public Objective of(Integer queries, String variant) {
    return new CandidateUp(queries, variant);
  }

  @Override
  public int queries(Objective objective) {
    return ((CandidateUp) objective).queries();
  }

  @Override
  public boolean robrank(Objective objective) {
    return ((CandidateUp) objective).variant().equals("robrank");
  }

  @Override
  public boolean down() {
    return false;
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int self = robrank(objective) ? -1 : world.self(item);
    return world.drawn(objective.id(), item, queries(objective), world.byId(j -> j != self));
  }
}
