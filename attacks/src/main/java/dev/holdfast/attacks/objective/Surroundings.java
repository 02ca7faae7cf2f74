package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What an attacker sees around the images under attack: the clean gallery and its distance. Made
 * once for all attacks of an audit; the gallery is put on the device once.
 */
public final class Surroundings implements AutoCloseable {

  /** Keeps square roots differentiable at 0; far below the square of any distance that matters. */
  private static final float TINY = 1e-20f;

  private final EmbeddingSet gallery;
  private final Distance distance;
  private final long seed;
  private final Map<Long, float[]> givenTargets;
  private final NDManager manager;
  private final int[] rowsById;
  private NDArray transposed;
  private NDArray squares;

  /**
   * @param gallery clean embeddings
   * @param seed the seed of the run, for the choice of targets
   * @param givenTargets embeddings to aim at by item id; where there is none, it is drawn
   * @param parent whose device to use
   */
  public Surroundings(
      EmbeddingSet gallery,
      Distance distance,
      long seed,
      Map<Long, float[]> givenTargets,
      NDManager parent) {
    this.gallery = gallery;
    this.distance = distance;
    this.seed = seed;
    this.givenTargets = Map.copyOf(givenTargets);
    this.manager = parent.newSubManager();
    this.rowsById =
        IntStream.range(0, gallery.size())
            .boxed()
            .sorted(Comparator.comparingLong(i -> gallery.ids()[i]))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  /** Returns the clean gallery. */
  EmbeddingSet gallery() {
    return gallery;
  }

  /** Puts the gallery on the device, once. */
  private void upload() {
    if (transposed == null) {
      try (NDManager temporary = manager.newSubManager()) {
        NDArray rows =
            prepare(
                temporary.create(gallery.values(), new Shape(gallery.size(), gallery.dimension())));
        transposed = rows.transpose().duplicate();
        squares = rows.square().sum(new int[] {1}).expandDims(0);
        transposed.attach(manager);
        squares.attach(manager);
      }
    }
  }

  /** Returns what distances are taken between: rows of length 1 under the cosine distance. */
  NDArray prepare(NDArray embeddings) {
    return distance == Distance.COSINE
        ? embeddings.div(embeddings.square().sum(new int[] {1}, true).add(TINY).sqrt())
        : embeddings;
  }

  /** Returns the distance of each row to the same row of {@code others}, differentiable at 0. */
  static NDArray distance(NDArray rows, NDArray others) {
    return rows.sub(others).square().sum(new int[] {1}).add(TINY).sqrt();
  }

  /** Returns all squared distances between rows and the gallery, roughly: rows x G. */
  NDArray squaredDistances(NDArray prepared) {
    upload();
    return prepared
        .square()
        .sum(new int[] {1}, true)
        .add(squares)
        .sub(prepared.matMul(transposed).mul(2));
  }

  /** Returns the prepared embeddings of gallery items: one row for each index. */
  NDArray galleryRows(long[] indices, NDManager target) {
    int dimension = gallery.dimension();
    float[] values = new float[indices.length * dimension];
    for (int i = 0; i < indices.length; i++) {
      int from = Math.toIntExact(indices[i]) * dimension;
      System.arraycopy(gallery.values(), from, values, i * dimension, dimension);
    }
    return prepare(target.create(values, new Shape(indices.length, dimension)));
  }

  /** Returns the batch as rows x D, padded with zeros and prepared. */
  NDArray padded(EmbeddingSet batch, int rows, NDManager target) {
    float[] values = Arrays.copyOf(batch.values(), rows * batch.dimension());
    return prepare(target.create(values, new Shape(rows, batch.dimension())));
  }

  /**
   * Draws embeddings to aim at: gallery items of another class, uniformly, by item id and seed
   * alone. Where a target was given for an item, it is used for each draw.
   *
   * @return {@code count} arrays of rows x D, prepared; padding aims at zero
   */
  NDArray[] targets(String purpose, int count, EmbeddingSet batch, int rows, NDManager target) {
    int dimension = batch.dimension();
    float[][] values = new float[count][rows * dimension];
    for (int i = 0; i < batch.size(); i++) {
      float[] given = givenTargets.get(batch.ids()[i]);
      CounterRng rng = CounterRng.of(seed, purpose, batch.ids()[i]);
      for (int t = 0; t < count; t++) {
        float[] aim = given != null ? given : gallery.row(otherClass(batch.labels()[i], rng));
        System.arraycopy(aim, 0, values[t], i * dimension, dimension);
      }
    }
    NDArray[] arrays = new NDArray[count];
    for (int t = 0; t < count; t++) {
      arrays[t] = prepare(target.create(values[t], new Shape(rows, dimension)));
    }
    return arrays;
  }

  private int otherClass(long label, CounterRng rng) {
    int others = 0;
    for (long l : gallery.labels()) {
      others += l == label ? 0 : 1;
    }
    if (others == 0) {
      throw new InputException(
          "The gallery must have items of more than one class for a targeted objective.%nMaybe use the objective embedding-shift."
              .formatted());
    }
    // By rank in the order of ids, so that the order of the gallery does not matter.
    int pick = rng.nextInt(others);
    for (int row : rowsById) {
      if (gallery.labels()[row] != label && pick-- == 0) {
        return row;
      }
    }
    throw new IllegalStateException("counted " + others + " items of other classes");
  }

  @Override
  public void close() {
    manager.close();
  }
}
