package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDManager;
import java.util.function.BiFunction;

/** An aim that chooses nothing. */
record FreeAim(int size, BiFunction<int[], NDManager, BoundObjective> binding) implements Aim {

  @Override
  public int[][] chosen() {
    return new int[size][0];
  }

  @Override
  public BoundObjective bind(int[] items, NDManager manager) {
    return binding.apply(items, manager);
  }
}
