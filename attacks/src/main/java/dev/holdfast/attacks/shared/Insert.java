package dev.holdfast.attacks.shared;

import dev.holdfast.metrics.random.CounterRng;

/** Something that is learnt once and enters many images: a perturbation, or a patch. */
public interface Insert {

  /** Returns what learning starts with. */
  float[] start(CounterRng rng);

  /** Draws one way into one image. */
  Way draw(CounterRng rng);

  /**
   * Moves values along a direction, in place, and keeps them inside what is allowed.
   *
   * @param direction not all 0
   */
  void step(float[] values, double[] direction);

  /** How the values enter one image. */
  interface Way {

    /**
     * Puts them into an image.
     *
     * @param image clean; perturbed, in [0,1], when this returns
     * @param offset where the image begins
     */
    void put(float[] values, float[] image, int offset);

    /**
     * Adds the derivative with respect to the values.
     *
     * @param gradient with respect to the image
     * @param image what {@link #put} made
     * @param offset where both begin
     * @param sum gets what the values contributed
     */
    void pull(float[] values, float[] gradient, float[] image, int offset, double[] sum);
  }
}
