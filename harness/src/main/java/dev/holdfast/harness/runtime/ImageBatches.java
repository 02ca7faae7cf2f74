package dev.holdfast.harness.runtime;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Dialect;
import dev.holdfast.attacks.corruption.Sequence;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.harness.plan.CorruptionCell;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.engine.HostToDevice;
import dev.holdfast.models.image.InputSpec;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * The images of an audit, in native batches of one fixed size: the last one is padded with zeros.
 * Float sums depend on the size of a batch, so a fixed size is what makes results independent of
 * order and resume.
 */
public final class ImageBatches {

  private final PixelCache store;
  private final EmbeddingModel model;
  private final InputSpec spec;
  private final int batchSize;

  /** Puts images and candidate together. */
  public ImageBatches(PixelCache store, EmbeddingModel model, int batchSize) {
    this.store = store;
    this.model = model;
    this.spec = model.card().input().spec();
    this.batchSize = checked(batchSize, spec);
  }

  /**
   * Returns the items with the smallest hash of seed and id: the same whatever else is in the data.
   *
   * @param all indices of items
   * @param limit how many; 0 for all
   * @return indices, ascending
   */
  public int[] chosen(int[] all, int limit, long seed) {
    if (limit == 0 || limit >= all.length) {
      return all;
    }
    return Arrays.stream(all)
        .boxed()
        .sorted(order(seed, i -> i))
        .limit(limit)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  /**
   * Checks a limit for {@link #chosen}.
   *
   * @throws InputException if it is negative
   */
  public static void checkLimit(int limit) {
    if (limit < 0) {
      throw InputException.of(
          "limit_queries", limit, "the command line", "not be negative", "0 means all");
    }
  }

  /**
   * Returns the order of the hashes of seed and id: drawn, and the same whatever else is in the
   * data.
   *
   * @param item the index of the image that a number stands for
   */
  public Comparator<Integer> order(long seed, IntUnaryOperator item) {
    return (a, b) ->
        Long.compareUnsigned(
            CounterRng.order(seed, item(item.applyAsInt(a)).id()),
            CounterRng.order(seed, item(item.applyAsInt(b)).id()));
  }

  /**
   * Returns a batch size that an array has room for.
   *
   * @throws InputException if it is too large
   */
  public static int checked(int batchSize, InputSpec spec) {
    if ((long) batchSize * spec.values() > Integer.MAX_VALUE) {
      throw InputException.of(
          "batch size",
          batchSize,
          "the command line",
          "be at most " + Integer.MAX_VALUE / spec.values() + " for images of this size",
          "try 32");
    }
    return batchSize;
  }

  /** Returns the number of images in a native batch. */
  public int batchSize() {
    return batchSize;
  }

  /** Returns the number of images. */
  public int count() {
    return store.size();
  }

  /** Returns what is known of an image. */
  public ImageItem item(int index) {
    return store.items().get(index);
  }

  /** Returns the shape of a native batch. */
  public Shape batchShape() {
    return new Shape(batchSize, spec.color().channels(), spec.height(), spec.width());
  }

  /** Returns the number of values in one image, as the model sees it. */
  public int values() {
    return spec.values();
  }

  /** Copies a clean image. */
  public void clean(int item, float[] target, int offset) {
    store.input(item, target, offset);
  }

  /** Returns a number that is equal for images with equal pixels. */
  public long hash(int item) {
    return store.hash(item);
  }

  /** Returns a batch of clean images, padded. */
  public float[] clean(int[] items) {
    float[] pixels = new float[batchSize * values()];
    IntStream.range(0, items.length)
        .parallel()
        .forEach(i -> store.input(items[i], pixels, i * values()));
    return pixels;
  }

  /** Returns a batch of corrupted images, padded. */
  public float[] corrupted(int[] items, CorruptionCell cell, long seed) {
    Corruption corruption = cell.corruption();
    int severity = cell.severity();
    Dialect dialect = cell.dialect();
    return changed(
        items,
        (clean, id) ->
            corruption.apply(
                clean,
                severity,
                dialect,
                Corruption.rng(seed, id, corruption.id(), severity, dialect)));
  }

  /** Returns one frame of a batch of films, padded. */
  public float[] frames(int[] items, Sequence sequence, int frame, long seed) {
    return changed(
        items,
        (clean, id) -> sequence.frame(clean, frame, Sequence.rng(seed, id, sequence.id(), frame)));
  }

  /** What happens to one image; the number is the id of its item. */
  private interface Change {
    PixelImage of(PixelImage clean, long id);
  }

  private float[] changed(int[] items, Change change) {
    float[] pixels = new float[batchSize * values()];
    IntStream.range(0, items.length)
        .parallel()
        .forEach(
            i -> {
              float[] rgb = new float[3 * spec.height() * spec.width()];
              store.rgb(items[i], rgb, 0);
              PixelImage clean = new PixelImage(3, spec.height(), spec.width(), rgb);
              toInput(change.of(clean, item(items[i]).id()).values(), pixels, i * values());
            });
    return pixels;
  }

  /** Corruptions act on colors; a gray model gets the luma of what comes out. */
  private void toInput(float[] rgb, float[] pixels, int offset) {
    if (spec.color().channels() == 3) {
      System.arraycopy(rgb, 0, pixels, offset, rgb.length);
      return;
    }
    int plane = spec.height() * spec.width();
    for (int p = 0; p < plane; p++) {
      float luma = 0.299f * rgb[p] + 0.587f * rgb[plane + p] + 0.114f * rgb[2 * plane + p];
      pixels[offset + p] = Math.min(1, luma);
    }
  }

  /** Embeds clean images. */
  public EmbeddingSet embed(int[] items, String task, Progress progress) {
    return embed(items, this::clean, done -> progress.step(task, done, items.length));
  }

  /**
   * Embeds images batch by batch.
   *
   * @param pixels makes a padded batch of some of the items
   * @param done hears how many items are done
   */
  public EmbeddingSet embed(int[] items, Function<int[], float[]> pixels, IntConsumer done) {
    int dimension = model.card().embedding().dimension();
    float[] values = new float[items.length * dimension];
    for (int start = 0; start < items.length; start += batchSize) {
      int[] batch = Arrays.copyOfRange(items, start, Math.min(items.length, start + batchSize));
      float[] rows = embed(pixels.apply(batch));
      System.arraycopy(rows, 0, values, start * dimension, batch.length * dimension);
      done.accept(start + batch.length);
    }
    return set(items, values);
  }

  /** Embeds one native batch. */
  public float[] embed(float[] pixels) {
    try (NDManager manager = model.manager().newSubManager()) {
      return model.embed(HostToDevice.array(pixels, batchShape(), manager)).toFloatArray();
    }
  }

  /** Embeds some images in native batches of the one size; rows of {@code count} embeddings. */
  public float[] embed(float[] pixels, int count) {
    int dimension = model.card().embedding().dimension();
    float[] embeddings = new float[count * dimension];
    for (int start = 0; start < count; start += batchSize) {
      int rows = Math.min(batchSize, count - start);
      float[] batch = new float[batchSize * values()];
      System.arraycopy(pixels, start * values(), batch, 0, rows * values());
      System.arraycopy(embed(batch), 0, embeddings, start * dimension, rows * dimension);
    }
    return embeddings;
  }

  /** Tells for each embedding whether all of its numbers are finite. */
  public static boolean[] finite(EmbeddingSet embeddings) {
    boolean[] finite = new boolean[embeddings.size()];
    for (int i = 0; i < finite.length; i++) {
      finite[i] = true;
      for (int k = i * embeddings.dimension(); k < (i + 1) * embeddings.dimension(); k++) {
        finite[i] &= Float.isFinite(embeddings.values()[k]);
      }
    }
    return finite;
  }

  /** Returns how many are not finite. */
  public static int countNotFinite(boolean[] finite) {
    int count = 0;
    for (boolean is : finite) {
      count += is ? 0 : 1;
    }
    return count;
  }

  /** An embedding that is no point is in no gallery, but other code wants numbers. */
  public static EmbeddingSet zeroWhereNotFinite(EmbeddingSet given, boolean[] finite) {
    if (countNotFinite(finite) == 0) {
      return given;
    }
    float[] values = given.values().clone();
    for (int i = 0; i < finite.length; i++) {
      if (!finite[i]) {
        Arrays.fill(values, i * given.dimension(), (i + 1) * given.dimension(), 0);
      }
    }
    return new EmbeddingSet(values, given.dimension(), given.ids(), given.labels(), given.groups());
  }

  /**
   * Refuses a candidate that cannot embed clean images.
   *
   * @param embeddings of the clean images
   * @param some whether it is enough that one image has a finite embedding
   * @throws InputException if a value is NaN or infinite
   */
  public void refuseNotFinite(EmbeddingSet embeddings, boolean some) {
    int bad = countNotFinite(finite(embeddings));
    if (!some || bad == embeddings.size()) {
      refuseNotFinite(model, embeddings, i -> path(embeddings.ids()[i]));
    }
  }

  /**
   * Refuses a candidate that cannot embed every clean image.
   *
   * @param names what messages call the images
   * @throws InputException if a value is NaN or infinite
   */
  public static void refuseNotFinite(
      EmbeddingModel model, EmbeddingSet embeddings, IntFunction<String> names) {
    boolean[] finite = finite(embeddings);
    int[] bad = IntStream.range(0, finite.length).filter(i -> !finite[i]).toArray();
    if (bad.length > 0) {
      throw new InputException(
          "The model (%s) must give finite embeddings, but those of %d of %d clean images are NaN or infinite, first that of %s.%nMaybe its normalization is wrong in the card, or its weights are broken."
              .formatted(model.card().name(), bad.length, embeddings.size(), names.apply(bad[0])));
    }
  }

  /**
   * @throws InputException if an embedding has no direction although the model's distance is the
   *     cosine
   */
  public void refuseZeroVectors(EmbeddingSet embeddings) {
    int d = embeddings.dimension();
    float[] values = embeddings.values();
    long[] bad =
        ids(embeddings, i -> IntStream.range(i * d, (i + 1) * d).allMatch(v -> values[v] == 0));
    if (bad.length > 0 && model.card().embedding().metric() == Distance.COSINE) {
      throw new InputException(
          "The model (%s) must give embeddings with a direction, since its distance is cosine, but those of %d of %d images are zero vectors, first that of %s.%nMaybe its weights are broken."
              .formatted(model.card().name(), bad.length, embeddings.size(), path(bad[0])));
    }
  }

  private static long[] ids(EmbeddingSet embeddings, IntPredicate rows) {
    return IntStream.range(0, embeddings.size())
        .filter(rows)
        .mapToLong(i -> embeddings.ids()[i])
        .toArray();
  }

  private String path(long id) {
    return store.items().stream()
        .filter(i -> i.id() == id)
        .map(ImageItem::path)
        .findFirst()
        .orElseThrow();
  }

  /** Puts ids, labels and, where items have them, groups beside embeddings. */
  public EmbeddingSet set(int[] items, float[] values) {
    boolean grouped = store.items().stream().anyMatch(item -> !item.group().isEmpty());
    return new EmbeddingSet(
        values,
        model.card().embedding().dimension(),
        Arrays.stream(items).mapToLong(i -> item(i).id()).toArray(),
        Arrays.stream(items).mapToLong(i -> item(i).label()).toArray(),
        grouped ? Arrays.stream(items).mapToLong(i -> group(item(i))).toArray() : null);
  }

  /** An item without a group is a group of its own. */
  private static long group(ImageItem item) {
    return item.group().isEmpty() ? item.id() : CounterRng.hash("group " + item.group());
  }
}
