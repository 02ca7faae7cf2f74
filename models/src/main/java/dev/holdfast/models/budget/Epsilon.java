package dev.holdfast.models.budget;

import dev.holdfast.metrics.error.InputException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length in pixel space, where pixels run from 0 to 1: a perturbation budget or a step size; for
 * a patch, its share of the image. Kept as it was written, so that {@code 8/255} is printed as
 * {@code 8/255}.
 *
 * @param text a decimal number, or two of them with a slash between, such as {@code 8/255}, {@code
 *     0.57/255} or {@code 0.5}; without an exponent, so that {@code 1e-2} and {@code 0.01} are one
 * @param value the number, rounded once; at least 0
 */
public record Epsilon(String text, double value) {

  private static final String NUMBER = "((?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d{1,2})?)";
  private static final Pattern FORM = Pattern.compile(NUMBER + "(?:\\s*/\\s*" + NUMBER + ")?");

  /**
   * Reads a budget.
   *
   * @param owner what to name in the error
   * @throws InputException if it is not of that form, or divided by 0
   */
  public static Epsilon parse(String text, String owner) {
    return parse("epsilon", text, owner);
  }

  /**
   * Reads a length.
   *
   * @param key what the number is called: {@code epsilon} or {@code step_size}
   * @param owner what to name in the error
   * @throws InputException if it is not of that form, or divided by 0
   */
  public static Epsilon parse(String key, String text, String owner) {
    Matcher m = FORM.matcher(text == null ? "" : text.strip());
    if (!m.matches() || (m.group(2) != null && new BigDecimal(m.group(2)).signum() == 0)) {
      throw InputException.of(
          key, text, owner, "be a number that is not negative, such as 8/255 or 0.5", remedy(text));
    }
    BigDecimal number = new BigDecimal(m.group(1));
    if (m.group(2) == null) {
      return new Epsilon(plain(m.group(1)), number.doubleValue());
    }
    return new Epsilon(
        plain(m.group(1)) + "/" + plain(m.group(2)),
        number.divide(new BigDecimal(m.group(2)), MathContext.DECIMAL128).doubleValue());
  }

  private static String plain(String number) {
    return number.matches(".*[eE].*") ? new BigDecimal(number).toPlainString() : number;
  }

  /** Returns the form that was meant, where that is plain. */
  private static String remedy(String text) {
    String positive = text == null ? "" : text.strip().replaceFirst("^[-\u2212]\\s*", "");
    String point = positive.replace(',', '.');
    return !point.isEmpty() && FORM.matcher(point).matches() && !point.matches(".*/\\s*[0.]+")
        ? "write " + point
        : "write 8/255";
  }

  /**
   * Checks that this can be a length under a norm.
   *
   * @param key what the number is called: {@code epsilon} or {@code step_size}
   * @return this
   * @throws InputException if it is larger than the whole range of a pixel under linf, or no share
   *     of an image for a patch
   */
  public Epsilon under(Norm norm, String key, String owner) {
    if (norm == Norm.PATCH && (value > 1 || text.matches(".*/255(\\.0*)?"))) {
      throw InputException.of(
          key,
          text,
          owner,
          "be the share of the image that the patch covers, from 0 to 1, not in units of 1/255",
          "write 0.05 for a twentieth of the image");
    }
    if (norm == Norm.LINF && value > 1) {
      throw InputException.of(
          key,
          text,
          owner,
          "be at most 1 for the norm linf, because pixels run from 0 to 1",
          text.contains("/") ? "the denominator is wrong" : "you meant " + text + "/255");
    }
    return this;
  }

  /** Returns the same length in units of 1/255. */
  public double in255() {
    return value * 255;
  }

  @Override
  public String toString() {
    return text;
  }
}
