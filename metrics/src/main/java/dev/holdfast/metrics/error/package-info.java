/** The two ways in which Holdfast tells its user that something went wrong. */
package dev.holdfast.metrics.error;
