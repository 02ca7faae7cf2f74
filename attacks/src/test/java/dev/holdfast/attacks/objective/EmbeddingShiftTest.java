package dev.holdfast.attacks.objective;

import java.util.Arrays;
import java.util.Map;

class EmbeddingShiftTest implements ObjectiveContract {

  @Override
  public Objective[] objectives() {
    return new Objective[] {new EmbeddingShift(), new EmbeddingShift("robrank")};
  }

  @Override
  public Map<String, Double> expectedMeasures(
      Objective objective, World world, int item, double[] embedding) {
    if (objective.label().endsWith("robrank")) {
      return Map.of("shift", expected(objective, world, item, embedding));
    }
    double[] before = unit(world.clean(item));
    double[] after = unit(embedding);
    double squares = 0;
    for (int d = 0; d < D; d++) {
      squares += (after[d] - before[d]) * (after[d] - before[d]);
    }
    return Map.of("shift", Math.sqrt(squares));
  }

  private static double[] unit(double[] values) {
    double squares = 0;
    for (double v : values) {
      squares += v * v;
    }
    double length = Math.sqrt(squares);
    return Arrays.stream(values).map(v -> v / length).toArray();
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
