/**
 * Attacks that ask for values of the objective alone: a search for each image, asked in batches.
 * Start reading at {@link dev.holdfast.attacks.blackbox.OracleSearch}.
 */
package dev.holdfast.attacks.blackbox;
