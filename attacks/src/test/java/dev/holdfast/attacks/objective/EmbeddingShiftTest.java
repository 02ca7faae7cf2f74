package dev.holdfast.attacks.objective;

class EmbeddingShiftTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new EmbeddingShift(), new EmbeddingShift("robrank")};
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    // Where a distance of 1e-7 is to count, clean numbers must be floats, as the model gives them.
    float[] clean = World.floats(world.prepared(world.clean(item)));
    if (((EmbeddingShift) objective).variant().equals("robrank")) {
      for (int d = 0; d < D; d++) {
        clean[d] += 1e-7f;
      }
    }
    double squares = 0;
    double[] prepared = world.prepared(embedding);
    for (int d = 0; d < D; d++) {
      squares += (prepared[d] - clean[d]) * (prepared[d] - clean[d]);
    }
    return Math.sqrt(squares);
  }
}
