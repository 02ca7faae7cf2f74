/** Fingerprints of files, texts and arrays. */
package dev.holdfast.metrics.digest;
