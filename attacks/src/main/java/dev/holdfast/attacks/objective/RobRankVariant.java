package dev.holdfast.attacks.objective;

import dev.holdfast.metrics.error.InputException;
import java.util.List;

/** The variants of an objective of RobRank: as its code computes it, or corrected. */
final class RobRankVariant {

  /** As the paper means it: an item is never among its own neighbors or targets. */
  static final String CORRECTED = "corrected";

  /** As the code of RobRank (38ec207) does it, so that numbers compare with published ones. */
  static final String ROBRANK = "robrank";

  private RobRankVariant() {}

  /**
   * Returns a variant that there is, or {@code corrected} for null.
   *
   * @throws InputException for another word
   */
  static String checked(String variant, String owner) {
    if (variant == null) {
      return CORRECTED;
    }
    if (!List.of(CORRECTED, ROBRANK).contains(variant)) {
      throw InputException.unknown("variant", variant, owner, List.of(CORRECTED, ROBRANK));
    }
    return variant;
  }

  static boolean robrank(String variant) {
    return variant.equals(ROBRANK);
  }

  /** Returns what a variant adds to a label. */
  static String suffix(String variant) {
    return robrank(variant) ? "-" + ROBRANK : "";
  }

  /** Returns the label of an objective with a number that is 1 as a rule. */
  static String label(String id, int number, String variant) {
    return id + (number == 1 ? "" : "-" + number) + suffix(variant);
  }
}
