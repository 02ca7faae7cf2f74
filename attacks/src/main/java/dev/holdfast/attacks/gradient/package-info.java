/**
 * Iterative attacks along gradients: images go through the slots of one native batch, and a rule
 * says how each moves. Start reading at {@link dev.holdfast.attacks.gradient.Slots} and {@link
 * dev.holdfast.attacks.gradient.Rule}.
 */
package dev.holdfast.attacks.gradient;
