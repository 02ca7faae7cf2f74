/** Exact nearest-neighbor search. */
package dev.holdfast.metrics.knn;
