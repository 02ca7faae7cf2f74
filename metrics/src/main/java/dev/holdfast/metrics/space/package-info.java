/** What embeddings look like as a set: clusters, density, spectrum, hubs. */
package dev.holdfast.metrics.space;
