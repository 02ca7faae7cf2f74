package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;

/** What is searched, for what. */
record Task(
    EmbeddingSet gallery,
    Rows galleryRows,
    GalleryIndex index,
    EmbeddingSet queries,
    Rows queryRows,
    Distance distance,
    int depth) {

  GalleryIndex.View view(int query) {
    return index.view(queries, query);
  }

  boolean isRelevant(int query, int item) {
    return gallery.labels()[item] == queries.labels()[query];
  }

  /** Returns the number by which an item is ranked, exactly as everywhere. */
  double key(int query, int item) {
    return queryRows.key(query, galleryRows, item, distance);
  }

  /** Returns the {@link #key} of each of some items. */
  double[] keys(int query, int[] items) {
    return queryRows.keys(query, galleryRows, items, distance);
  }

  /** Returns the distance that a key stands for. */
  double distance(double key) {
    return distance == Distance.EUCLIDEAN ? Math.sqrt(key) : key;
  }
}
