package dev.holdfast.models.data;

/**
 * A split into queries and gallery: which items are searched for in which. An item may be on both
 * sides; it never finds itself.
 *
 * @param queries indexes of items, ascending
 * @param gallery indexes of items, ascending
 */
@SuppressWarnings("ArrayRecordComponent")
public record QueryGallerySplit(int[] queries, int[] gallery) {}
