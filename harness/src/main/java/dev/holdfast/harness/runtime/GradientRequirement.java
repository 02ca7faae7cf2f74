package dev.holdfast.harness.runtime;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.registry.Registry;
import java.util.stream.Collectors;

/** Check that an attack that follows gradients has any to follow. */
public final class GradientRequirement {

  private GradientRequirement() {}

  /**
   * Refuses an attack that follows gradients on a model whose gradient is zero in every pixel of
   * some images.
   *
   * @param pixels a native batch of clean images; padding is no harm
   * @throws InputException if there is no gradient
   */
  public static void check(EmbeddingModel model, Attack attack, NDArray pixels) {
    if (attack.knowledge() != Knowledge.WHITE_BOX || differentiable(model, pixels)) {
      return;
    }
    String possible =
        Registry.defaults(Attack.class).stream()
            .filter(a -> a.knowledge() != Knowledge.WHITE_BOX)
            .map(Attack::id)
            .collect(Collectors.joining(", "));
    throw new InputException(
        """
        The model (%s) must have a gradient for the attack %s, which follows it: it is zero for every pixel.
        Maybe use an attack that needs none: %s; or a battery with a surrogate."""
            .formatted(model.card().name(), attack.id(), possible));
  }

  private static boolean differentiable(EmbeddingModel model, NDArray pixels) {
    try (NDManager manager = pixels.getManager().newSubManager()) {
      CounterRng rng = CounterRng.of(0, "differentiable", 0);
      float[] weights = new float[model.card().embedding().dimension()];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) rng.nextDouble(-1, 1);
      }
      NDArray direction = manager.create(weights).expandDims(0);
      NDArray shared = pixels.stopGradient();
      shared.attach(manager);
      InputGradient found = model.gradient(shared, e -> e.mul(direction).sum(new int[] {1}));
      // No number is not zero: that is another problem, with a check of its own.
      return found.gradient().neq(0).any().getBoolean();
    }
  }
}
