package dev.holdfast.harness.config;

import dev.holdfast.attacks.embedding.EmbeddingAttack;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.error.InputException;

/**
 * An attack of a battery on stored embeddings.
 *
 * @param attack what happens to them
 * @param side whose embeddings; default the first of {@link EmbeddingAttack#sides()}
 */
public record EmbeddingEntry(EmbeddingAttack attack, String side) {

  /** Puts the default in and checks the values. */
  public EmbeddingEntry {
    if (attack == null) {
      throw InputException.of(
          "attack",
          "missing",
          "an entry under embeddings of the battery",
          "be given",
          "add attack: {type: boundary-distance}");
    }
    String owner = "embedding attack " + attack.id();
    side = side == null ? attack.sides().get(0).id() : side;
    if (!attack.sides().contains(Side.of(side, owner))) {
      throw InputException.of(
          "side",
          side,
          owner,
          "be one of " + String.join(", ", attack.sides().stream().map(Side::id).toList()),
          "leave it out for the default");
    }
  }
}
