/**
 * Iterative attacks along gradients: images go through the slots of one native batch, and a rule
 * says how each moves. Start reading at {@link dev.holdfast.attacks.gradient.SlotScheduler} and
 * {@link dev.holdfast.attacks.gradient.UpdateRule}.
 */
package dev.holdfast.attacks.gradient;
