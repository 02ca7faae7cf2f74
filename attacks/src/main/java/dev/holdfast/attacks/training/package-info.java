/** Attacks on a network while it is trained. */
package dev.holdfast.attacks.training;
