/** Attacks on stored embeddings: what a search survives when no image is touched. */
package dev.holdfast.attacks.embedding;
