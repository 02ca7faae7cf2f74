/**
 * Attacks on stored embeddings: what a search survives when no image is touched. Start reading at
 * {@link dev.holdfast.attacks.embedding.EmbeddingAttack}.
 */
package dev.holdfast.attacks.embedding;
