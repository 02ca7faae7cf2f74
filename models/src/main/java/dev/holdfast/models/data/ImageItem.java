package dev.holdfast.models.data;

/**
 * One image of a data set.
 *
 * @param id 64-bit hash of the path, unique within a set
 * @param path path relative to the folder of the data set, with {@code /} between its parts
 * @param className name of the class
 * @param label index of the class among the sorted class names of the set
 */
public record ImageItem(long id, String path, String className, long label) {}
