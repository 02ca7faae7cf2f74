package dev.holdfast.attacks.blackbox;

/**
 * A black-box search on one image by ask and tell: it asks for the objective of one image at a
 * time, and is told the value.
 */
public interface OracleSearch {

  /** Writes the next image to ask about, in [0,1]. */
  void ask(float[] target, int offset);

  /**
   * Tells whether the image that was asked about may be the result, because it keeps the budget.
   */
  boolean allowed();

  /**
   * Takes the value of the image that was asked about.
   *
   * @param loss the objective; minus infinity where it is no number
   */
  void tell(float loss);

  /** Tells whether there is nothing left to ask. */
  boolean over();

  /** Returns the result, inside the budget and [0,1]. */
  float[] image();

  /** Returns the objective at the points where it was taken, in order. */
  float[] losses();

  /** Returns how many steps were taken. */
  int steps();
}
