package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The attacker's view of the gallery: the clean embeddings and their distance. Made once for all
 * attacks of an audit; the gallery is put on the device once.
 */
public final class GalleryView implements AutoCloseable {

  /** Larger than any distance between embeddings that are worth attacking, and than its square. */
  static final float FAR = 1e36f;

  /** Keeps square roots differentiable at 0; far below the square of any distance that matters. */
  private static final float TINY = 1e-20f;

  private static final int[] NOWHERE = {};

  private final EmbeddingSet gallery;
  private final Distance distance;
  private final boolean unit;
  private final long seed;
  private final Map<Long, float[]> givenTargets;
  private final NDManager manager;

  /** Rows of the gallery in the order of their ids, so that its own order does not matter. */
  private final int[] rowsById;

  private final Map<Long, Integer> rowOfId = new HashMap<>();

  /** Small numbers for labels, which may be any long. */
  private final Map<Long, Integer> classes = new HashMap<>();

  /** For each class, places of its items in {@link #rowsById}, ascending. */
  private final int[][] places;

  /** For each group, its rows. Empty where the gallery has no groups. */
  private final Map<Long, int[]> groups = new HashMap<>();

  private NDArray rows;
  private NDArray transposed;
  private NDArray squares;
  private NDArray classOfRow;
  private NDArray rowNumbers;

  /** Rows in double and their squares, for objectives that look at all distances. */
  private NDArray exactRows;

  private NDArray exactSquares;

  /**
   * @param gallery clean embeddings
   * @param seed the seed of the run, for the choice of targets
   * @param givenTargets embeddings to aim at by item id; where there is none, it is drawn
   * @param parent whose device to use
   */
  public GalleryView(
      EmbeddingSet gallery,
      Distance distance,
      long seed,
      Map<Long, float[]> givenTargets,
      NDManager parent) {
    this(gallery, distance, false, seed, givenTargets, parent);
  }

  /**
   * @param gallery clean embeddings
   * @param unit whether the embeddings that losses are asked of have length 1 already, because the
   *     card of the model says so
   * @param seed the seed of the run, for the choice of targets
   * @param givenTargets embeddings to aim at by item id; where there is none, it is drawn
   * @param parent whose device to use
   */
  public GalleryView(
      EmbeddingSet gallery,
      Distance distance,
      boolean unit,
      long seed,
      Map<Long, float[]> givenTargets,
      NDManager parent) {
    this.gallery = gallery;
    this.distance = distance;
    this.unit = unit;
    this.seed = seed;
    this.givenTargets = Map.copyOf(givenTargets);
    this.manager = parent.newSubManager();
    this.rowsById =
        IntStream.range(0, gallery.size())
            .boxed()
            .sorted(Comparator.comparingLong(i -> gallery.ids()[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int row = 0; row < gallery.size(); row++) {
      rowOfId.put(gallery.ids()[row], row);
      classes.putIfAbsent(gallery.labels()[row], classes.size());
    }
    Map<Long, IntStream.Builder> mates = new HashMap<>();
    for (int row = 0; gallery.groups() != null && row < gallery.size(); row++) {
      mates.computeIfAbsent(gallery.groups()[row], g -> IntStream.builder()).add(row);
    }
    mates.forEach((group, rows) -> groups.put(group, rows.build().toArray()));
    IntStream.Builder[] found = new IntStream.Builder[classes.size()];
    Arrays.setAll(found, c -> IntStream.builder());
    for (int place = 0; place < rowsById.length; place++) {
      found[classes.get(gallery.labels()[rowsById[place]])].add(place);
    }
    this.places =
        Arrays.stream(found)
            .map(IntStream.Builder::build)
            .map(IntStream::toArray)
            .toArray(int[][]::new);
  }

  /** Returns the clean gallery. */
  EmbeddingSet gallery() {
    return gallery;
  }

  /** Returns how the items of the gallery stand to a point. */
  RankCounter standing() {
    return new RankCounter(gallery, distance);
  }

  /** Puts the gallery on the device, once. */
  private void upload() {
    if (rows == null) {
      int size = gallery.size();
      int[] classNumbers = new int[size];
      Arrays.setAll(classNumbers, row -> classes.get(gallery.labels()[row]));
      try (NDManager temporary = manager.newSubManager()) {
        rows = prepare(temporary.create(gallery.values(), new Shape(size, gallery.dimension())));
        transposed = rows.transpose();
        squares = rows.square().sum(new int[] {1}).expandDims(0);
        classOfRow = temporary.create(classNumbers, new Shape(1, size));
        rowNumbers = temporary.create(IntStream.range(0, size).toArray(), new Shape(1, size));
        for (NDArray array : List.of(rows, transposed, squares, classOfRow, rowNumbers)) {
          array.attach(manager);
        }
      }
    }
  }

  /** Returns what distances are taken between, of embeddings that a model gave. */
  NDArray prepareGiven(NDArray embeddings) {
    return unit ? embeddings : prepare(embeddings);
  }

  /** Returns what distances are taken between: rows of length 1 under the cosine distance. */
  NDArray prepare(NDArray embeddings) {
    return distance == Distance.COSINE ? unit(embeddings) : embeddings;
  }

  /** Returns rows of length 1; a zero row stays zero. */
  static NDArray unit(NDArray rows) {
    return rows.div(rows.square().sum(new int[] {1}, true).add(TINY).sqrt());
  }

  /** Returns the distance of each row to the same row of {@code others}, differentiable at 0. */
  static NDArray distance(NDArray rows, NDArray others) {
    return rows.sub(others).square().sum(new int[] {1}).add(TINY).sqrt();
  }

  /**
   * Returns what orders one row around another, differentiable: the {@link #distance}, or the
   * negative inner product.
   */
  NDArray between(NDArray rows, NDArray others) {
    return distance == Distance.DOT
        ? rows.mul(others).sum(new int[] {1}).neg()
        : distance(rows, others);
  }

  /**
   * Returns numbers that order the gallery around rows, roughly: rows x G squared distances, or
   * negative inner products.
   */
  NDArray order(NDArray prepared) {
    upload();
    if (distance == Distance.DOT) {
      return prepared.matMul(transposed).negi();
    }
    return prepared
        .matMul(transposed)
        .muli(-2)
        .addi(squares)
        .addi(prepared.square().sum(new int[] {1}, true));
  }

  /**
   * Returns the prepared embeddings of gallery items, one row for each index.
   *
   * @param indices int64, any number; its manager owns the result
   */
  NDArray galleryRows(NDArray indices) {
    upload();
    return rows.get(indices.getManager(), new NDIndex("{}", indices));
  }

  /** Returns the clean embeddings of items, prepared, in rows of a batch; padding is zero. */
  NDArray rows(EmbeddingSet items, int[] batch, NDManager target) {
    int dimension = items.dimension();
    float[] values = new float[batch.length * dimension];
    for (int i = 0; i < batch.length; i++) {
      if (batch[i] >= 0) {
        System.arraycopy(items.values(), batch[i] * dimension, values, i * dimension, dimension);
      }
    }
    return prepare(target.create(values, new Shape(batch.length, dimension)));
  }

  /**
   * Returns two arrays, rows x G: 0 where the gallery item is relevant to the item in that row of a
   * batch, and 0 where it is of another class; FAR elsewhere. The item itself, by id, is neither,
   * and neither are items of its group.
   */
  NDArray[] hidden(EmbeddingSet items, int[] batch, NDManager target) {
    return hidden(items, batch, false, target);
  }

  /**
   * Returns the same two arrays.
   *
   * @param own whether the item itself counts as relevant
   */
  NDArray[] hidden(EmbeddingSet items, int[] batch, boolean own, NDManager target) {
    upload();
    int[] self = new int[batch.length];
    int[] classes = new int[batch.length];
    for (int i = 0; i < batch.length; i++) {
      self[i] = batch[i] < 0 ? -1 : self(items, batch[i]);
      classes[i] = batch[i] < 0 ? -1 : this.classes.getOrDefault(items.labels()[batch[i]], -1);
    }
    Shape column = new Shape(batch.length, 1);
    try (NDManager temporary = target.newSubManager()) {
      NDArray same = temporary.create(classes, column).eq(classOfRow);
      NDArray itself = temporary.create(self, column).eq(rowNumbers);
      NDArray left = itself;
      if (items.groups() != null && gallery.groups() != null) {
        left = left.logicalOr(groupMates(items, batch, temporary));
      }
      NDArray seen = left.logicalNot();
      NDArray relevant = same.logicalAnd(own ? seen.logicalOr(itself) : seen);
      NDArray notRelevant = relevant.logicalNot().toType(DataType.FLOAT32, false).muli(FAR);
      NDArray notOther = same.logicalOr(left).toType(DataType.FLOAT32, false).muli(FAR);
      notRelevant.attach(target);
      notOther.attach(target);
      return new NDArray[] {notRelevant, notOther};
    }
  }

  /** Returns where gallery items are of the group of the item in that row of a batch. */
  private NDArray groupMates(EmbeddingSet items, int[] batch, NDManager target) {
    boolean[] mates = new boolean[batch.length * gallery.size()];
    for (int i = 0; i < batch.length; i++) {
      if (batch[i] >= 0) {
        for (int row : groups.getOrDefault(items.groups()[batch[i]], NOWHERE)) {
          mates[i * gallery.size() + row] = true;
        }
      }
    }
    return target.create(mates, new Shape(batch.length, gallery.size()));
  }

  /** Returns the prepared gallery in double: G x D. */
  NDArray exactRows() {
    if (exactRows == null) {
      try (NDManager temporary = manager.newSubManager()) {
        NDArray all =
            temporary
                .create(gallery.values(), new Shape(gallery.size(), gallery.dimension()))
                .toType(DataType.FLOAT64, false);
        exactRows =
            distance == Distance.COSINE
                ? all.div(all.square().sum(new int[] {1}, true).sqrt().maximum(1e-150))
                : all;
        exactSquares = exactRows.square().sum(new int[] {1}).expandDims(0);
        exactRows.attach(manager);
        exactSquares.attach(manager);
      }
    }
    return exactRows;
  }

  /** Whether the gallery is ordered by the inner product, and not by a distance. */
  boolean byProduct() {
    return distance == Distance.DOT;
  }

  /**
   * Returns all distances between rows and the gallery in double, or the negative inner products:
   * rows x G.
   *
   * @param prepared rows x D in double
   */
  NDArray exactDistances(NDArray prepared) {
    NDArray all = exactRows();
    try (NDManager temporary = prepared.getManager().newSubManager()) {
      NDArray columns = all.transpose();
      columns.attach(temporary);
      if (distance == Distance.DOT) {
        return prepared.matMul(columns).negi();
      }
      return prepared
          .matMul(columns)
          .muli(-2)
          .addi(exactSquares)
          .addi(prepared.square().sum(new int[] {1}, true))
          .maximum(0)
          .sqrt();
    }
  }

  /**
   * Searches the gallery for items; they do not find themselves. A number that is not finite is
   * taken for 0: such an item finds something, and nothing can come of it.
   */
  List<QueryResult> search(EmbeddingSet items, int depth) {
    float[] values = items.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.isFinite(values[i]) ? values[i] : 0;
    }
    try (ExactSearch search = ExactSearch.of(gallery, distance, manager)) {
      return search.search(items.with(values), depth);
    }
  }

  /** Returns the row of the gallery that is the item itself, by id, or -1. */
  int self(EmbeddingSet items, int item) {
    return rowOfId.getOrDefault(items.ids()[item], -1);
  }

  /** Returns the rows of the gallery that an item is not compared with: itself and its group. */
  int[] left(EmbeddingSet items, int item) {
    int self = self(items, item);
    IntStream itself = self < 0 ? IntStream.empty() : IntStream.of(self);
    return items.groups() == null
        ? itself.toArray()
        : IntStream.concat(itself, IntStream.of(groups.getOrDefault(items.groups()[item], NOWHERE)))
            .distinct()
            .toArray();
  }

  /** Returns how many gallery items are relevant to an item. */
  int relevant(EmbeddingSet items, int item) {
    long label = items.labels()[item];
    long gone = IntStream.of(left(items, item)).filter(r -> gallery.labels()[r] == label).count();
    return sameClass(label).length - (int) gone;
  }

  /** Returns how many gallery items are of another class than an item. */
  int others(EmbeddingSet items, int item) {
    long label = items.labels()[item];
    long gone = IntStream.of(left(items, item)).filter(r -> gallery.labels()[r] != label).count();
    return gallery.size() - sameClass(label).length - (int) gone;
  }

  /**
   * Draws a gallery item, uniformly.
   *
   * @param left a row that is not drawn; -1 for none
   */
  int drawAny(int left, CounterRng rng) {
    if (left < 0) {
      return rowsById[rng.nextInt(gallery.size())];
    }
    int place = rng.nextInt(gallery.size() - 1);
    // Skips the place of the row that is left out.
    return rowsById[place] == left || gallery.ids()[rowsById[place]] > gallery.ids()[left]
        ? rowsById[place + 1]
        : rowsById[place];
  }

  /**
   * Draws a relevant gallery item, uniformly, never the item itself.
   *
   * @throws InputException if there is none
   */
  int drawRelevant(EmbeddingSet items, int item, CounterRng rng) {
    int relevant = relevant(items, item);
    if (relevant == 0) {
      throw new InputException(
          "The class of each image under attack must have another item in the gallery for an objective that aims at its own class.%nMaybe leave out classes with one item."
              .formatted());
    }
    int[] left = left(items, item);
    int pick = rng.nextInt(relevant);
    for (int place : sameClass(items.labels()[item])) {
      int row = rowsById[place];
      if (IntStream.of(left).noneMatch(l -> l == row) && pick-- == 0) {
        return rowsById[place];
      }
    }
    throw new IllegalStateException("counted " + relevant + " relevant items");
  }

  private int[] sameClass(long label) {
    Integer number = classes.get(label);
    return number == null ? NOWHERE : places[number];
  }

  /** Returns the stream of random numbers of one item for one purpose. */
  CounterRng rng(String purpose, EmbeddingSet items, int item) {
    return CounterRng.of(seed, purpose, items.ids()[item]);
  }

  /** Returns the embedding that was given for an item to aim at, or null. */
  float[] given(EmbeddingSet items, int item) {
    return givenTargets.get(items.ids()[item]);
  }

  /**
   * Draws a gallery item of another class, uniformly.
   *
   * @throws InputException if all are of that class
   */
  int drawOther(long label, CounterRng rng) {
    int[] own = sameClass(label);
    int others = gallery.size() - own.length;
    if (others == 0) {
      throw new InputException(
          "The gallery must have items of more than one class for a targeted objective.%nMaybe use the objective embedding-shift."
              .formatted());
    }
    // By rank in the order of ids, so that the order of the gallery does not matter.
    int place = rng.nextInt(others);
    for (int taken : own) {
      place += taken <= place ? 1 : 0;
    }
    return rowsById[place];
  }

  @Override
  public void close() {
    manager.close();
  }
}
