package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;

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

  boolean excludes(int query, int item) {
    return gallery.ids()[item] == queries.ids()[query]
        || (queries.groups() != null
            && gallery.groups() != null
            && gallery.groups()[item] == queries.groups()[query]);
  }

  boolean isRelevant(int query, int item) {
    return gallery.labels()[item] == queries.labels()[query];
  }

  /** Returns the number by which an item is ranked, exactly as everywhere. */
  double key(int query, int item) {
    return queryRows.key(query, galleryRows, item, distance);
  }

  /** Returns the distance that a key stands for. */
  double distance(double key) {
    return distance == Distance.EUCLIDEAN ? Math.sqrt(key) : key;
  }
}
