/**
 * Common corruptions of images in five severities. A new one is one record, one line in {@link
 * dev.holdfast.attacks.corruption.Corruption}'s {@code permits} and one contract test.
 */
package dev.holdfast.attacks.corruption;
