package dev.holdfast.models.budget;

import dev.holdfast.metrics.error.InputException;

/** The length of a step: in pixel space, such as {@code 2/255}, or {@code epsilon/4}. */
public final class StepSize {

  private static final String KEY = "step_size";
  private static final String RELATIVE = "epsilon/";

  private StepSize() {}

  /**
   * Returns a step size that can be read, or the default for null.
   *
   * @throws InputException if it cannot
   */
  public static String checked(String stepSize, String byDefault, String owner) {
    String text = stepSize == null ? byDefault : stepSize.strip();
    if (!(number(text, owner).value() > 0)) {
      throw InputException.of(KEY, text, owner, "be positive", "try 2/255");
    }
    return text;
  }

  private static Epsilon number(String stepSize, String owner) {
    return Epsilon.parse(
        KEY,
        stepSize.startsWith(RELATIVE) ? stepSize.substring(RELATIVE.length()) : stepSize,
        owner);
  }

  /** Returns the length of a step under a budget, in pixel space. */
  public static double length(String stepSize, Norm norm, double epsilon, String owner) {
    return stepSize.startsWith(RELATIVE)
        ? epsilon / number(stepSize, owner).value()
        : number(stepSize, owner).under(norm, KEY, owner).value();
  }

  /**
   * Refuses a step that leaves the budget at once, wherever it starts.
   *
   * @throws InputException if it is longer than epsilon
   */
  public static void check(String stepSize, Norm norm, Epsilon epsilon, String owner) {
    if (epsilon.value() > 0 && length(stepSize, norm, epsilon.value(), owner) > epsilon.value()) {
      throw InputException.of(
          KEY,
          stepSize,
          owner,
          "be at most the epsilon " + epsilon,
          "write it in parts of it, such as epsilon/4");
    }
  }
}
