package dev.holdfast.attacks.objective;

import java.util.Arrays;

class CandidateDownTest implements CandidateContract {

  @Override
  public Objective of(Integer queries, String variant) {
    return new CandidateDown(queries, variant);
  }

  @Override
  public int queries(Objective objective) {
    return ((CandidateDown) objective).queries();
  }

  @Override
  public boolean robrank(Objective objective) {
    return ((CandidateDown) objective).variant().equals("robrank");
  }

  @Override
  public boolean down() {
    return true;
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int pool = Math.max(1, world.gallery().size() / 100);
    int[] near = Arrays.copyOf(world.nearest(item), pool);
    return world.drawn(objective.id(), item, queries(objective), near);
  }
}
