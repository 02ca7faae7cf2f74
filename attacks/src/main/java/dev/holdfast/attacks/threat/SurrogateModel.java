package dev.holdfast.attacks.threat;

/**
 * The model that an attacker has in place of the candidate.
 *
 * @param name what its card calls it
 * @param sha256 of its weights, in hexadecimal digits
 */
public record SurrogateModel(String name, String sha256) {

  private static final int DIGITS = 12;

  /** Returns its name and the beginning of its hash. */
  @Override
  public String toString() {
    return name + " (" + sha256.substring(0, Math.min(DIGITS, sha256.length())) + ")";
  }
}
