/** Candidates: networks behind one interface that takes pixels in [0,1] and gives embeddings. */
package dev.holdfast.models;
