package dev.holdfast.reports.result;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What one trust check found.
 *
 * @param check id of the check
 * @param verdict what it says of the numbers
 * @param finding a sentence for the reader
 * @param figures the numbers behind it; written with sorted keys
 */
public record TrustVerdict(
    String check, Verdict verdict, String finding, Map<String, Double> figures) {

  /** Copies the figures; null becomes NaN. */
  public TrustVerdict {
    Objects.requireNonNull(check, "check");
    Objects.requireNonNull(verdict, "verdict");
    Map<String, Double> copy = new TreeMap<>();
    if (figures != null) {
      figures.forEach((name, figure) -> copy.put(name, figure == null ? Double.NaN : figure));
    }
    figures = Collections.unmodifiableMap(copy);
  }
}
