package dev.holdfast.reports.result;

/**
 * A threat model that rows refer to by its hash.
 *
 * @param hash what {@link ResultRow#threatHash()} holds
 * @param norm {@code linf} or {@code l2}
 * @param epsilon the budget as exact text, such as {@code 8/255}
 * @param epsilonValue the budget in [0,1] pixel units
 * @param side which images may be perturbed
 * @param knowledge what the attacker knows
 */
public record ThreatInfo(
    String hash, String norm, String epsilon, double epsilonValue, String side, String knowledge) {}
