/**
 * Whether the numbers of an audit can be believed. Checks take measurements, never a model: who
 * measures is the harness. Each gives a {@link dev.holdfast.attacks.trust.Finding} that says what
 * is wrong and how bad that is.
 */
package dev.holdfast.attacks.trust;
