/**
 * Attacks in input space: each is a record that perturbs the images of a task inside a budget.
 * Start reading at {@link dev.holdfast.attacks.Attack}, then {@link dev.holdfast.attacks.Pgd}. What
 * attacks share lies in the packages below; a sealed type and its members stand in one package.
 */
package dev.holdfast.attacks;
