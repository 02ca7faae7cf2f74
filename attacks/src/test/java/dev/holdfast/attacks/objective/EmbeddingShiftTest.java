package dev.holdfast.attacks.objective;

class EmbeddingShiftTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new EmbeddingShift()};
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    return world.distance(embedding, world.batch().row(item));
  }
}
