/**
 * Model cards: what a model expects, declared beside its weights. Start reading at {@link
 * dev.holdfast.models.card.ModelCard}.
 */
package dev.holdfast.models.card;
