package dev.holdfast.models.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class GraphSafeScalarsTest {

  @Test
  void the_gradient_is_the_factor_even_after_a_garbage_collection() {
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
        GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray leaf = manager.create(new float[] {1, 2});
      leaf.setRequiresGradient(true);
      NDArray product = GraphSafeScalars.times(leaf, -0.25);
      assertThat(product.toFloatArray()).containsExactly(-0.25f, -0.5f);
      FreedMemory.overwrite();
      collector.backward(product.sum());
      assertThat(leaf.getGradient().toFloatArray()).containsExactly(-0.25f, -0.25f);
    }
  }
}
