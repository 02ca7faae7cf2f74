/** Scores that sum up how robust a model is. */
package dev.holdfast.metrics.robustness;
