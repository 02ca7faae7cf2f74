package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDManager;
import java.util.function.BiFunction;

/** An untargeted objective: it chooses nothing for the items of its cell. */
record UntargetedObjective(int size, BiFunction<int[], NDManager, BatchObjective> binding)
    implements CellObjective {

  @Override
  public int[][] chosen() {
    return new int[size][0];
  }

  @Override
  public BatchObjective bind(int[] items, NDManager manager) {
    return binding.apply(items, manager);
  }
}
