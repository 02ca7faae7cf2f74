package dev.holdfast.attacks.objective;

import java.util.Map;

class TmaTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new Tma(null), new Tma("robrank")};
  }

  @Override
  public int[] expectedChoice(Objective objective, World world, int item) {
    int self = objective.label().endsWith("robrank") ? -1 : world.self(item);
    return world.drawn("tma", item, 1, world.byId(j -> j != self));
  }

  @Override
  public Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    return Map.of("target-cosine", 1 + expected(objective, world, item, embedding));
  }

  @Override
  public double expected(Objective objective, World world, int item, double[] embedding) {
    double[] target = World.row(world.gallery().values(), world.chosen(objective, item)[0]);
    double dot = 0;
    double a = 0;
    double b = 0;
    for (int d = 0; d < D; d++) {
      dot += embedding[d] * target[d];
      a += embedding[d] * embedding[d];
      b += target[d] * target[d];
    }
    return dot / Math.sqrt(a * b) - 1;
  }
}
