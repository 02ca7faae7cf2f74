package dev.holdfast.attacks.threat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Everything that an attacker is allowed. Two rows of results compare only where the threat models
 * are equal.
 *
 * @param norm how perturbations are measured
 * @param epsilon the budget for each image
 * @param side whose images are perturbed
 * @param knowledge what is known of the candidate
 */
public record ThreatModel(Norm norm, Epsilon epsilon, Side side, Knowledge knowledge) {

  private static final int HASH_DIGITS = 12;

  /** Refuses budgets that make no sense. */
  public ThreatModel {
    epsilon.under(norm, "epsilon", "the threat model");
  }

  /** Returns 12 hexadecimal digits that are equal for equal threat models. */
  public String hash() {
    String text = norm.id() + "|" + epsilon.value() + "|" + side.id() + "|" + knowledge.id();
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
