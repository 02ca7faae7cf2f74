/** Attacks in input space: how images are perturbed inside a budget. */
package dev.holdfast.attacks;
