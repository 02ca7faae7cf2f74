package dev.holdfast.models.data;

/**
 * One image of a data set.
 *
 * @param id 64 bits that belong to the content of the file, the class and a count of equal files of
 *     that class; unique within a set. Names of files and folders are no part of it
 * @param path path relative to the folder of the data set, with {@code /} between its parts, in
 *     Unicode normalization form C
 * @param className name of the class
 * @param label index of the class among the sorted class names of the set
 * @param role whether it is a query, in the gallery, or both
 * @param group an image is not found by queries of the same group, such as those of the same
 *     camera; empty for none
 */
public record ImageItem(
    long id, String path, String className, long label, Role role, String group) {

  /** Returns the same image under another path. */
  ImageItem withPath(String other) {
    return new ImageItem(id, other, className, label, role, group);
  }

  /** Returns the same image in another role. */
  ImageItem withRole(Role other) {
    return new ImageItem(id, path, className, label, other, group);
  }
}
