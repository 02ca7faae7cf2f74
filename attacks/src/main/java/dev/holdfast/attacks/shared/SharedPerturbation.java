package dev.holdfast.attacks.shared;

import dev.holdfast.metrics.random.CounterRng;

/** A perturbation that many images share: it is learnt once and added to each, or a patch. */
public interface SharedPerturbation {

  /** Returns what learning starts with. */
  float[] start(CounterRng rng);

  /** Samples a placement in one image. */
  Placement draw(CounterRng rng);

  /**
   * Moves values along a direction, in place, and keeps them inside what is allowed.
   *
   * @param direction not all 0
   */
  void step(float[] values, double[] direction);

  /** Where and how the values enter one image. */
  interface Placement {

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
