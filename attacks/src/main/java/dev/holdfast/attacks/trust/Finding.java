package dev.holdfast.attacks.trust;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one check found.
 *
 * @param check id of the check
 * @param level how bad it is
 * @param text a sentence that names the cause
 * @param figures the numbers behind it
 */
public record Finding(String check, Level level, String text, Map<String, Double> figures) {

  /** How bad it is, best first. */
  public enum Level {
    /** Nothing speaks against the numbers. */
    OK,
    /** Something looks odd. */
    SUSPICIOUS,
    /** The numbers do not show what they seem to show. */
    UNRELIABLE;

    /**
     * Returns the level of a number that should be small.
     *
     * @param good up to here nothing is wrong
     * @param bad above this everything is, as it is for NaN
     */
    static Level of(double value, double good, double bad) {
      return value <= good ? OK : value <= bad ? SUSPICIOUS : UNRELIABLE;
    }

    /** Returns the worse of two. */
    Level or(Level other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }

  /** Copies the figures. */
  public Finding {
    figures = Collections.unmodifiableMap(new TreeMap<>(figures));
  }

  /** Returns a text with numbers in it, the same everywhere. */
  static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
