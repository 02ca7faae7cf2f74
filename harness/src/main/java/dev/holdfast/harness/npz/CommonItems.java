package dev.holdfast.harness.npz;

import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;

/**
 * Queries that stand in the gallery: found by their ids, or by an embedding that is equal number by
 * number. Whoever finds itself is right, whatever the model is worth.
 *
 * @param queries the queries
 * @param gallery what is searched
 * @param same queries whose id is in the gallery
 * @param copies queries with an equal embedding in the gallery under no id or another one, of their
 *     class alone: where other classes have it as well, the tie counts against the model
 */
public record CommonItems(EmbeddingFile queries, EmbeddingFile gallery, int same, int copies) {

  private static final double MOST_COPIES = 0.05;

  /**
   * Compares two files of equal dimension whose labels number the same classes; both have ids, or
   * neither.
   *
   * @throws InputException if an id belongs to two classes
   */
  public static CommonItems of(EmbeddingFile queries, EmbeddingFile gallery) {
    Map<Long, Integer> byId = new HashMap<>();
    Map<Row, Equal> byRow = new HashMap<>();
    for (int row = 0; row < gallery.set().size(); row++) {
      byId.put(gallery.set().ids()[row], row);
      Equal one = new Equal(gallery.set().labels()[row], 1);
      byRow.merge(new Row(gallery.set(), row), one, Equal::and);
    }
    int same = 0;
    int copies = 0;
    for (int row = 0; row < queries.set().size(); row++) {
      Row embedding = new Row(queries.set(), row);
      Integer itself = queries.named() ? byId.get(queries.set().ids()[row]) : null;
      if (itself != null) {
        refuseTwoClasses(queries, row, gallery, itself);
        same++;
      }
      Equal equal = byRow.getOrDefault(embedding, new Equal(0, 0));
      int others =
          equal.count()
              - (itself != null && embedding.equals(new Row(gallery.set(), itself)) ? 1 : 0);
      copies += others > 0 && equal.label() == queries.set().labels()[row] ? 1 : 0;
    }
    return new CommonItems(queries, gallery, same, copies);
  }

  private static void refuseTwoClasses(
      EmbeddingFile queries, int row, EmbeddingFile gallery, int other) {
    if (queries.set().labels()[row] != gallery.set().labels()[other]) {
      throw InputException.of(
          "ids",
          "%d is of class %s, and of class %s in %s"
              .formatted(
                  queries.set().ids()[row],
                  queries.className(row),
                  gallery.className(other),
                  gallery.path()),
          queries.path().toString(),
          "be equal to ids of the gallery for the same items alone",
          "each file numbers its items anew: leave ids out of both, or make them of what the items are");
    }
  }

  /**
   * Equal embeddings of a gallery.
   *
   * @param label their class; {@link #SEVERAL} for more than one
   * @param count how many there are
   */
  private record Equal(long label, int count) {

    /** No label: those of a gallery with equal embeddings of several classes are ties. */
    static final long SEVERAL = Long.MIN_VALUE;

    Equal and(Equal other) {
      return new Equal(label == other.label ? label : SEVERAL, count + other.count);
    }
  }

  /** One embedding, compared number by number. */
  private static final class Row {

    private final float[] values;
    private final int start;
    private final int dimension;
    private final int hash;

    Row(EmbeddingSet set, int row) {
      values = set.values();
      dimension = set.dimension();
      start = row * dimension;
      int sum = 1;
      for (int i = start; i < start + dimension; i++) {
        // Plus and minus zero are one number.
        sum = 31 * sum + Float.floatToIntBits(values[i] + 0f);
      }
      hash = sum;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      if (!(other instanceof Row row) || row.hash != hash || row.dimension != dimension) {
        return false;
      }
      for (int i = 0; i < dimension; i++) {
        if (values[start + i] != row.values[row.start + i]) {
          return false;
        }
      }
      return true;
    }
  }

  /** Says how many there are, if there are any. */
  public void tell(PrintWriter out) {
    int all = queries.set().size();
    if (same > 0) {
      out.printf(
          "%d of %d queries stand in the gallery by their ids; none is compared with itself.%n",
          same, all);
    }
    if (copies > 0) {
      out.printf(
          "%d of %d queries have an equal embedding of their class in the gallery, which counts as another item.%n",
          copies, all);
    }
    out.flush();
  }

  /**
   * Refuses a gallery that the queries stand in. A few equal embeddings are in most data: of
   * photographs that are there twice.
   *
   * @throws InputException if there are more than a few
   */
  public void refuseCopies() {
    if (copies > MOST_COPIES * queries.set().size()) {
      throw InputException.of(
          "gallery",
          gallery.path(),
          "the command line",
          "have other items than the queries, and no ids tell %d of the %d queries from an equal embedding of their class in it: they would find themselves"
              .formatted(copies, queries.set().size()),
          "save ids in both files, so that no item is compared with itself; leave --gallery out if every item is a query; or add --allow-copies if they are other items");
    }
  }
}
