package dev.holdfast.attacks.blackbox;

/**
 * An attack without gradients on one image: it shows images to the candidate, one at a time, and
 * hears what came of each.
 */
public interface Inquiry {

  /** Writes the next image to ask about, in [0,1]. */
  void show(float[] target, int offset);

  /** Tells whether the image that was shown may be the result, because it keeps the budget. */
  boolean allowed();

  /**
   * Hears of the image that was shown.
   *
   * @param loss the objective; minus infinity where it is no number
   */
  void hear(float loss);

  /** Tells whether there is nothing left to ask. */
  boolean over();

  /** Returns the result, inside the budget and [0,1]. */
  float[] image();

  /** Returns the objective at the points where it was taken, in order. */
  float[] losses();

  /** Returns how many steps were taken. */
  int steps();
}
