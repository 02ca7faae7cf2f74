package dev.holdfast.reports.result;

/**
 * An image that could not be used and is not part of any number.
 *
 * @param path relative to the root of the data
 * @param reason why it could not be used
 */
public record BrokenImage(String path, String reason) {}
