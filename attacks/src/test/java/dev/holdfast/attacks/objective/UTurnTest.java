package dev.holdfast.attacks.objective;

import dev.holdfast.metrics.Distance;

class UTurnTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new UTurn()};
  }

  /** The opposite of a point of the sphere is equally far in every direction. */
  @Override
  public boolean hasZeroGradientAtClean(Objective objective, Distance distance) {
    return distance == Distance.COSINE;
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    double[] clean = world.prepared(world.clean(item));
    double[] moved = world.prepared(embedding);
    double sum = 0;
    for (int d = 0; d < D; d++) {
      sum += (clean[d] + moved[d]) * (clean[d] + moved[d]);
    }
    return -sum / D;
  }
}
