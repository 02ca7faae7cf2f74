package dev.holdfast.attacks;

import dev.holdfast.metrics.error.InputException;

/** Checks of hyper-parameters that many attacks have. */
final class Check {

  private Check() {}

  /** Returns a number that is at least 1, or the default for null. */
  static int count(String key, Integer value, int byDefault, String owner) {
    if (value == null) {
      return byDefault;
    }
    if (value < 1) {
      throw InputException.of(key, value, owner, "be at least 1", "try " + byDefault);
    }
    return value;
  }

  /** Returns a number in a range, or the default for null. */
  static double number(
      String key, Double value, double byDefault, double low, double high, String owner) {
    if (value == null) {
      return byDefault;
    }
    if (!(value >= low && value <= high)) {
      throw InputException.of(
          key,
          value,
          owner,
          high == Double.MAX_VALUE
              ? "be a number of at least " + low
              : "be between " + low + " and " + high,
          "try " + byDefault);
    }
    return value;
  }
}
