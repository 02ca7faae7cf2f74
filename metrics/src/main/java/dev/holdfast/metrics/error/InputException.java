package dev.holdfast.metrics.error;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that the user gave (an option, a configuration key, a file, a model) cannot be used. It
 * reaches the user as one message without a stack trace, and the program ends with exit code 2.
 *
 * <p>Messages have the form {@code The <key> (<value>) of <owner> must <rule>.}, followed by a line
 * {@code Maybe <remedy>.}
 */
public final class InputException extends RuntimeException {

  private static final int FARTHEST_SUGGESTION = 3;
  private static final int MOST_NAMED = 12;

  private final String key;
  private final String value;

  /**
   * @param message what is wrong, where, and what to do about it
   */
  public InputException(String message) {
    this(message, null, "", "");
  }

  /**
   * @param message what is wrong, where, and what to do about it
   * @param cause shown with {@code --verbose} only
   */
  public InputException(String message, Throwable cause) {
    this(message, cause, "", "");
  }

  private InputException(String message, Throwable cause, String key, String value) {
    super(message, cause);
    this.key = key;
    this.value = value;
  }

  /** Returns what is wrong; empty where the message alone says it. */
  public String key() {
    return key;
  }

  /** Returns the value that was refused; empty where the message alone says it. */
  public String value() {
    return value;
  }

  /** Returns the error {@code The <key> (<value>) of <owner> must <rule>.\nMaybe <remedy>.} */
  public static InputException of(
      String key, Object value, String owner, String rule, String remedy) {
    return new InputException(
        String.format(
            Locale.ROOT, "The %s (%s) of %s must %s.%nMaybe %s.", key, value, owner, rule, remedy),
        null,
        key,
        String.valueOf(value));
  }

  /**
   * Returns the error for an id that is not among the {@code known} ones, nearest one suggested.
   */
  public static InputException unknown(String key, String value, String owner, List<String> known) {
    String remedy =
        nearest(value, known).map(n -> "you meant " + n).orElse("pick one from that list");
    return of(key, value, owner, "be one of " + String.join(", ", known), remedy);
  }

  /** Returns a list as text: the first few, and how many more there are. */
  public static String some(List<String> words) {
    String first = String.join(", ", words.subList(0, Math.min(MOST_NAMED, words.size())));
    return words.size() <= MOST_NAMED
        ? first
        : first + " and " + (words.size() - MOST_NAMED) + " more";
  }

  /**
   * Returns the known word that is closest to {@code given} by edit distance, if any is close; it
   * does not matter in which case a word is written, and whether with underscores or spaces.
   */
  public static Optional<String> nearest(String given, List<String> known) {
    String word = plain(given);
    return known.stream()
        .filter(k -> distance(word, plain(k)) <= Math.min(FARTHEST_SUGGESTION, 1 + k.length() / 3))
        .min(Comparator.comparingInt((String k) -> distance(word, plain(k))).thenComparing(k -> k));
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replaceAll("[_ ]", "-");
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
