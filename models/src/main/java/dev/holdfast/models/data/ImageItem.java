package dev.holdfast.models.data;

/**
 * One image of a data set.
 *
 * @param id 64-bit hash of the path, unique within a set
 * @param path path relative to the folder of the data set, with {@code /} between its parts, in
 *     Unicode normalization form C
 * @param className name of the class
 * @param label index of the class among the sorted class names of the set
 * @param role whether it is a query, in the gallery, or both
 * @param group an image is not found by queries of the same group, such as those of the same
 *     camera; empty for none
 */
public record ImageItem(
    long id, String path, String className, long label, Role role, String group) {}
