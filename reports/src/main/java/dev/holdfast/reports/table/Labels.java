package dev.holdfast.reports.table;

import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.ThreatInfo;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/** Labels of numbers and budgets as readers see them. */
public final class Labels {

  /** Stands where there is no number. */
  public static final String NOTHING = "–";

  private Labels() {}

  /** Returns a fraction in percent with one decimal, without the sign. */
  public static String percent(double fraction) {
    return Double.isFinite(fraction) ? String.format(Locale.ROOT, "%.1f", 100 * fraction) : NOTHING;
  }

  /** Returns a number with at most four significant digits. */
  public static String plain(double value) {
    if (!Double.isFinite(value)) {
      return NOTHING;
    }
    BigDecimal rounded =
        BigDecimal.valueOf(value).round(new MathContext(4, RoundingMode.HALF_EVEN));
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }

  /**
   * Returns how strong a perturbation is: {@code linf 8/255}, {@code l2 0.5}, {@code severity 3};
   * the empty text where that does not apply.
   */
  public static String strength(ResultRow row, List<ThreatInfo> threats) {
    String side = row.side() == null || row.side().equals("query") ? "" : " on " + row.side();
    if (row.severity() != null) {
      return "severity " + row.severity() + side;
    }
    String budget = budget(row, threats);
    return (row.norm() == null ? "" : row.norm() + " ") + budget + side;
  }

  /** Returns the budget of a row as its threat model states it. */
  private static String budget(ResultRow row, List<ThreatInfo> threats) {
    for (ThreatInfo threat : threats) {
      if (threat.hash().equals(row.threatHash())) {
        return threat.epsilon();
      }
    }
    if (row.epsilon255() != null) {
      return plain(row.epsilon255()) + "/255";
    }
    return row.epsilon() == null ? "" : plain(row.epsilon());
  }

  /**
   * Returns the budget of a threat model both ways where they differ: {@code 8/255 = 0.03137}; of a
   * patch, in parts of the image.
   */
  public static String budget(ThreatInfo threat) {
    if (threat.norm().equals("patch")) {
      return plain(threat.epsilonValue() * 100) + " % of the image";
    }
    if (threat.norm().equals("linf")) {
      String other =
          threat.epsilon().contains("/")
              ? plain(threat.epsilonValue())
              : plain(threat.epsilonValue() * 255) + "/255";
      return threat.epsilon() + " = " + other;
    }
    return threat.epsilon();
  }

  /** Returns what was done, in one phrase: {@code pgd-linf, embedding-shift, linf 8/255}. */
  public static String phrase(ResultRow row, List<ThreatInfo> threats) {
    StringBuilder phrase = new StringBuilder(row.perturbation());
    if (row.kind() != Kind.CORRUPTION && row.objective() != null) {
      phrase.append(" (").append(row.objective()).append(')');
    }
    String strength = strength(row, threats).strip();
    if (!strength.isEmpty()) {
      // A side alone is no strength.
      phrase.append(strength.startsWith("on ") ? " " : " at ").append(strength);
    }
    return phrase.toString();
  }
}
