/**
 * Lengths in pixel space: norms, perturbation budgets and step sizes, as people write them. Start
 * reading at {@link dev.holdfast.models.budget.Epsilon}.
 */
package dev.holdfast.models.budget;
