package dev.holdfast.metrics;

import java.util.Arrays;
import java.util.Objects;

/**
 * Embeddings with the ids and labels of their items, in rows.
 *
 * @param values N x dimension, row by row
 * @param dimension numbers in one embedding, at least 1
 * @param ids N item ids, unique within a set; equal ids in query and gallery are the same item
 * @param labels N class labels; items are relevant to each other when their labels are equal
 * @param groups null, or N groups such as a camera or a sequence: where both sides have them, a
 *     query is not compared with gallery items of its own group
 */
@SuppressWarnings("ArrayRecordComponent")
public record EmbeddingSet(
    float[] values, int dimension, long[] ids, long[] labels, long[] groups) {

  /** Checks that the sizes fit each other. */
  public EmbeddingSet {
    Objects.requireNonNull(values, "values");
    if (dimension < 1 || ids.length != labels.length || values.length != ids.length * dimension) {
      throw new IllegalArgumentException(
          "The embeddings (%d values, dimension %d) must match %d ids and %d labels."
              .formatted(values.length, dimension, ids.length, labels.length));
    }
    if (groups != null && groups.length != ids.length) {
      throw new IllegalArgumentException(
          "The groups (%d) must be as many as the ids (%d).".formatted(groups.length, ids.length));
    }
  }

  /** Makes a set without groups. */
  public EmbeddingSet(float[] values, int dimension, long[] ids, long[] labels) {
    this(values, dimension, ids, labels, null);
  }

  /** Returns the same items with other embeddings, N x dimension. */
  public EmbeddingSet with(float[] others) {
    return new EmbeddingSet(others, dimension, ids, labels, groups);
  }

  /** Returns the number of items. */
  public int size() {
    return ids.length;
  }

  /** Returns a copy of one embedding. */
  public float[] row(int index) {
    return Arrays.copyOfRange(values, index * dimension, (index + 1) * dimension);
  }

  /** Returns the items at the given rows, in that order. */
  public EmbeddingSet select(int[] rows) {
    float[] picked = new float[rows.length * dimension];
    long[] pickedIds = new long[rows.length];
    long[] pickedLabels = new long[rows.length];
    long[] pickedGroups = groups == null ? null : new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * dimension, picked, i * dimension, dimension);
      pickedIds[i] = ids[rows[i]];
      pickedLabels[i] = labels[rows[i]];
      if (groups != null) {
        pickedGroups[i] = groups[rows[i]];
      }
    }
    return new EmbeddingSet(picked, dimension, pickedIds, pickedLabels, pickedGroups);
  }

  /**
   * Returns the sign codes of the embeddings: 1 where a number is positive, otherwise -1. Between
   * sign codes the squared Euclidean distance is four times the Hamming distance, exactly.
   */
  public EmbeddingSet signCodes() {
    float[] codes = new float[values.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = values[i] > 0 ? 1 : -1;
    }
    return new EmbeddingSet(codes, dimension, ids, labels, groups);
  }
}
