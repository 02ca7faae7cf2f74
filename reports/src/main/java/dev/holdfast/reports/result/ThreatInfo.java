package dev.holdfast.reports.result;

/**
 * A threat model that rows refer to by its hash.
 *
 * @param hash what {@link ResultRow#threatHash()} holds
 * @param norm {@code linf}, {@code l2} or {@code patch}
 * @param epsilon the budget as exact text, such as {@code 8/255}
 * @param epsilonValue the budget in [0,1] pixel units; of a patch, its share of the image
 * @param side which images may be perturbed
 * @param knowledge what the attacker knows
 */
public record ThreatInfo(
    String hash, String norm, String epsilon, double epsilonValue, String side, String knowledge) {}
