package dev.holdfast.models.loss;

import dev.holdfast.metrics.error.InputException;

/** Refuses hyper-parameters that make no sense. */
final class Check {

  private Check() {}

  static void positive(String key, Double value, String owner, String usual) {
    if (!(value > 0) || value.isInfinite()) {
      throw InputException.of(key, value, owner, "be positive", "try the usual " + usual);
    }
  }

  static void notNegative(String key, Double value, String owner, String usual) {
    if (!(value >= 0) || value.isInfinite()) {
      throw InputException.of(key, value, owner, "be at least 0", "try the usual " + usual);
    }
  }

  static void finite(String key, Double value, String owner, String usual) {
    if (!Double.isFinite(value)) {
      throw InputException.of(key, value, owner, "be finite", "try the usual " + usual);
    }
  }
}
