package dev.holdfast.attacks.threat;

import java.util.Locale;

/** What an attacker knows of the candidate. */
public enum Knowledge {
  /** Everything: the attacker has the weights, and gradients of its own objective. */
  WHITE_BOX,
  /** The attacker sees distances, but no gradients. */
  SCORE_BASED,
  /** The attacker sees only whether a relevant item is among the first k. */
  DECISION_BASED,
  /** The attacker has another model, and never asks the candidate. */
  TRANSFER;

  /** Returns the id that rows of results show: {@code white-box}, {@code score-based} and so on. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
