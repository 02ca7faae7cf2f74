package dev.holdfast.attacks.objective;

class LtmTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new Ltm(null), new Ltm("robrank")};
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    double[] all = world.distances(embedding);
    double farthest = 0;
    double nearest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < all.length; j++) {
      if (world.other(item, j)) {
        farthest = Math.max(farthest, all[j]);
      } else if (world.relevant(item, j) || objective.label().endsWith("robrank")) {
        nearest = Math.min(nearest, all[j]);
      }
    }
    return -Math.max(0, farthest - nearest + 0);
  }
}
