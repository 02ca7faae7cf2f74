/** Losses of deep metric learning, as differentiable functions of a batch of embeddings. */
package dev.holdfast.models.loss;
