package dev.holdfast.models.training;

import dev.holdfast.metrics.error.InputException;

/**
 * Classes of the training data that are kept out of training, to see how retrieval does on classes
 * that the model never saw.
 *
 * @param fraction of the classes, in [0,1); at least two classes unless it is 0; default 0.1
 */
public record Validation(Double fraction) {

  /** Puts the default in and checks the value. */
  public Validation {
    fraction = fraction == null ? 0.1 : fraction;
    if (!(fraction >= 0 && fraction < 1)) {
      throw InputException.of(
          "fraction", fraction, "validation", "be at least 0 and below 1", "try 0.1");
    }
  }
}
