package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Comparator;

/**
 * What is searched, for what.
 *
 * @param firstEqualRows for each gallery row the first one that holds the same numbers
 */
@SuppressWarnings("ArrayRecordComponent")
record Task(
    EmbeddingSet gallery,
    Rows galleryRows,
    GalleryIndex index,
    int[] firstEqualRows,
    EmbeddingSet queries,
    Rows queryRows,
    Distance distance,
    int depth) {

  GalleryIndex.View view(int query) {
    return index.view(queries, query);
  }

  /** Returns the number by which an item is ranked, exactly as everywhere. */
  double key(int query, int item) {
    return queryRows.key(query, galleryRows, item, distance);
  }

  /** Returns the distance that a key stands for. */
  double distance(double key) {
    return distance == Distance.EUCLIDEAN ? Math.sqrt(key) : key;
  }

  /** Nearest first; at equal keys what is not relevant first, then by id, then by row. */
  Comparator<Candidate> order() {
    return Comparator.comparingDouble(Candidate::key)
        .thenComparing(Candidate::relevant)
        .thenComparingLong(c -> gallery.ids()[c.item()])
        .thenComparingInt(Candidate::item);
  }

  /** A gallery row that may be among the nearest, with its exact key. */
  record Candidate(int item, double key, boolean relevant) {}
}
