package dev.holdfast.attacks.objective;

import java.util.Map;

class GttTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new Gtt(null), new Gtt("robrank")};
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    return new int[] {world.nearest(item)[0]};
  }

  @Override
  public Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    double[] distances = world.distances(embedding);
    int first = world.nearest(item)[0];
    int place = world.place(distances, first, j -> j != world.self(item), true);
    return Map.of("kept@4", place < 4 ? 1.0 : 0.0);
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    double[] all = world.distances(embedding);
    int first = world.nearest(item)[0];
    double sum = 0;
    int counted = 0;
    for (int x = 0; x < all.length; x++) {
      if (((Gtt) objective).variant().equals("robrank") || x != world.self(item)) {
        sum += Math.max(0, all[x] - all[first]);
        counted++;
      }
    }
    return -sum / counted;
  }
}
