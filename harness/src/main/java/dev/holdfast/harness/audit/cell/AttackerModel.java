package dev.holdfast.harness.audit.cell;

import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;

/**
 * The model that an attacker works with: the audited one, or a surrogate with a gallery of its own.
 *
 * @param model whose gradients or answers are used
 * @param embeddings of all images by that model, clean
 * @param gallery those of the gallery
 * @param galleryView the gallery to search
 */
record AttackerModel(
    EmbeddingModel model, EmbeddingSet embeddings, EmbeddingSet gallery, GalleryView galleryView)
    implements AutoCloseable {

  @Override
  public void close() {
    galleryView.close();
  }
}
