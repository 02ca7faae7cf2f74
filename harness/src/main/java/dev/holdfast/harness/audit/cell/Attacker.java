package dev.holdfast.harness.audit.cell;

import dev.holdfast.attacks.objective.Surroundings;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;

/**
 * What an attacker works with: the candidate, or a surrogate with a gallery of its own.
 *
 * @param model whose gradients or answers are used
 * @param embeddings of all images by that model, clean
 * @param gallery those of the gallery
 * @param surroundings the gallery to search
 */
record Attacker(
    EmbeddingModel model, EmbeddingSet embeddings, EmbeddingSet gallery, Surroundings surroundings)
    implements AutoCloseable {

  @Override
  public void close() {
    surroundings.close();
  }
}
