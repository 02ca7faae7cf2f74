package dev.holdfast.reports.result;

/**
 * One item of the gallery near a query.
 *
 * @param image file name inside {@code evidence/shown}
 * @param path relative to the root of the data
 * @param label class name
 * @param relevant whether it is of the query's class
 * @param distance distance between the embeddings
 */
public record Neighbor(
    String image, String path, String label, boolean relevant, double distance) {}
