/**
 * The models that are audited: networks behind one interface that takes pixels in [0,1] and gives
 * embeddings. Start reading at {@link dev.holdfast.models.EmbeddingModel}.
 */
package dev.holdfast.models;
