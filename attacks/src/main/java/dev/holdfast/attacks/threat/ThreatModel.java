package dev.holdfast.attacks.threat;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;

/**
 * Everything that an attacker is allowed. Two rows of results compare only where the threat models
 * are equal.
 *
 * @param norm how perturbations are measured
 * @param epsilon the budget for each image
 * @param side whose images are perturbed
 * @param knowledge what is known of the candidate
 * @param surrogate the model that perturbations are made for where the knowledge is transfer; else
 *     null
 */
public record ThreatModel(
    Norm norm, Epsilon epsilon, Side side, Knowledge knowledge, SurrogateModel surrogate) {

  private static final int HASH_DIGITS = 12;

  /** Refuses budgets that make no sense. */
  public ThreatModel {
    epsilon.under(norm, "epsilon", "the threat model");
    if ((surrogate != null) != (knowledge == Knowledge.TRANSFER)) {
      throw new IllegalArgumentException("a surrogate is what transfer starts from");
    }
  }

  /** A threat to a model that is attacked itself. */
  public ThreatModel(Norm norm, Epsilon epsilon, Side side, Knowledge knowledge) {
    this(norm, epsilon, side, knowledge, null);
  }

  /** Returns what the attacker knows, in words: of a surrogate, also which. */
  public String knowledgeInWords() {
    return surrogate == null ? knowledge.id() : knowledge.id() + " from " + surrogate;
  }

  /** Returns 12 hexadecimal digits that are equal for equal threat models. */
  public String hash() {
    String text =
        String.join("|", norm.id(), "" + epsilon.value(), side.id(), knowledge.id())
            + (surrogate == null ? "" : "|" + surrogate.name() + "|" + surrogate.sha256());
    return Sha256.hex(text).substring(0, HASH_DIGITS);
  }
}
