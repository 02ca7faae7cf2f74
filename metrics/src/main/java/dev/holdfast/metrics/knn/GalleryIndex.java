package dev.holdfast.metrics.knn;

import dev.holdfast.metrics.EmbeddingSet;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Finds gallery rows by what they share with a query. */
final class GalleryIndex {

  private static final int[] NONE = {};

  private final EmbeddingSet gallery;
  private final Map<Long, int[]> byId;
  private final Map<Long, int[]> byLabel;
  private final Map<Long, int[]> byGroup;

  GalleryIndex(EmbeddingSet gallery) {
    this.gallery = gallery;
    this.byId = index(gallery.ids());
    this.byLabel = index(gallery.labels());
    this.byGroup = gallery.groups() == null ? Map.of() : index(gallery.groups());
  }

  /** Rows with the same value, ascending. */
  private static Map<Long, int[]> index(long[] values) {
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingLong(row -> values[row]));
    Map<Long, int[]> index = new HashMap<>();
    int start = 0;
    for (int i = 1; i <= order.length; i++) {
      if (i == order.length || values[order[i]] != values[order[start]]) {
        int[] rows = new int[i - start];
        for (int j = start; j < i; j++) {
          rows[j - start] = order[j];
        }
        index.put(values[order[start]], rows);
        start = i;
      }
    }
    return index;
  }

  /** What one query may see of the gallery. */
  View view(EmbeddingSet queries, int row) {
    boolean grouped = queries.groups() != null && gallery.groups() != null;
    return new View(
        queries.ids()[row], queries.labels()[row], grouped, grouped ? queries.groups()[row] : 0);
  }

  /** A query's view of the gallery. */
  final class View {

    private final long id;
    private final long label;
    private final boolean grouped;
    private final long group;

    private View(long id, long label, boolean grouped, long group) {
      this.id = id;
      this.label = label;
      this.grouped = grouped;
      this.group = group;
    }

    boolean excludes(int item) {
      return gallery.ids()[item] == id || (grouped && gallery.groups()[item] == group);
    }

    boolean isRelevant(int item) {
      return gallery.labels()[item] == label;
    }

    /** Returns the rows that the query must not see; some may be there twice. */
    int[] excluded() {
      int[] same = byId.getOrDefault(id, NONE);
      if (!grouped) {
        return same;
      }
      return IntStream.concat(IntStream.of(same), IntStream.of(byGroup.getOrDefault(group, NONE)))
          .toArray();
    }

    /** Returns the number of rows that the query sees. */
    int size() {
      return gallery.size() - (int) IntStream.of(excluded()).distinct().count();
    }

    /** Returns the number of rows that are relevant and not excluded. */
    int relevantCount() {
      int all = byLabel.getOrDefault(label, NONE).length;
      return all - (int) IntStream.of(excluded()).distinct().filter(this::isRelevant).count();
    }

    /** Returns the rows that are relevant or excluded, ascending. */
    int[] relevantOrExcluded() {
      return IntStream.concat(
              IntStream.of(byLabel.getOrDefault(label, NONE)), IntStream.of(excluded()))
          .sorted()
          .distinct()
          .toArray();
    }

    /** Returns the rows that are relevant and not excluded. */
    int[] relevant() {
      return IntStream.of(byLabel.getOrDefault(label, NONE))
          .filter(item -> !excludes(item))
          .toArray();
    }
  }
}
