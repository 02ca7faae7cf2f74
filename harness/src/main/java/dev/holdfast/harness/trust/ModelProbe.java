package dev.holdfast.harness.trust;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.trust.Determinism;
import dev.holdfast.attacks.trust.EmbeddingCollapse;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.attacks.trust.FiniteEmbeddings;
import dev.holdfast.attacks.trust.GradientTrust;
import dev.holdfast.attacks.trust.InputSensitivity;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Vectors;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.engine.HostToDevice;
import dev.holdfast.models.image.InputSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Probe of a model: measures it on a few images before it is attacked: does it give the same
 * embedding twice, does an embedding depend on the other images of the batch, is there a gradient,
 * is it that of the function, do embeddings differ at all, and do they depend on the whole picture?
 * What it measures is judged in {@code attacks.trust}. It takes about a thousand forward passes.
 */
final class ModelProbe {

  private static final int SAMPLE = 32;

  /** Sizes of batches beside the one of the audit. */
  private static final int[] OTHER_SIZES = {1, 3};

  private static final double BESIDE = 1 / 255.0;

  private final EmbeddingModel model;
  private final ImageBatches images;
  private final long seed;
  private final int dimension;
  private final int values;
  private final Determinism repeatability;

  /**
   * Prepares the checks; {@link #run} does them.
   *
   * @param seed of the run, for the choice of images and directions
   */
  ModelProbe(EmbeddingModel model, ImageBatches images, long seed) {
    this.model = model;
    this.images = images;
    this.seed = seed;
    this.dimension = model.card().embedding().dimension();
    this.values = images.values();
    this.repeatability = new Determinism(!model.manager().getDevice().isGpu());
  }

  /**
   * Runs every check.
   *
   * @param items indices of images that have a finite embedding
   * @param embeddings their clean embeddings, one row for each
   */
  List<Finding> run(int[] items, EmbeddingSet embeddings) {
    int[] rows = sample(embeddings, seed, 2 * SAMPLE);
    Sample sample = new Sample(Arrays.stream(rows).map(row -> items[row]).toArray());
    List<Finding> findings = new ArrayList<>();
    findings.add(repeatability.repeated(sample.repeated()));
    findings.add(sample.company(embeddings.select(Arrays.copyOf(rows, sample.n))));
    findings.addAll(sample.gradients());
    findings.add(InputSensitivity.judge(sample.exchanges()));
    findings.add(EmbeddingCollapse.spread(embeddings));
    findings.add(EmbeddingCollapse.levels(embeddings));
    findings.add(
        EmbeddingCollapse.duplicates(
            embeddings,
            Arrays.stream(items).parallel().mapToLong(images::hash).toArray(),
            Arrays.stream(items).mapToObj(item -> images.item(item).path()).toList()));
    findings.add(FiniteEmbeddings.extremes(extremesNotFinite()));
    return findings;
  }

  /**
   * Compares embeddings of a few images with those from the beginning.
   *
   * @param items indices of images
   * @param embeddings their clean embeddings from before, one row for each
   * @param finite which of them are numbers
   */
  Finding afterwards(int[] items, EmbeddingSet embeddings, boolean[] finite) {
    // The same native batch as in the beginning.
    int n = Math.min(images.batchSize(), items.length);
    float[] now = images.embed(clean(Arrays.copyOf(items, n)), n);
    double largest = 0;
    for (int row = 0; row < n; row++) {
      if (finite[row]) {
        largest = Math.max(largest, difference(embeddings.values(), row, now, row));
      }
    }
    return repeatability.afterwards(largest);
  }

  /** Rows in a seeded order, which does not depend on how they are stored. */
  static int[] sample(EmbeddingSet set, long seed, int count) {
    return IntStream.range(0, set.size())
        .boxed()
        .sorted(
            (a, b) ->
                Long.compareUnsigned(
                    CounterRng.order(seed, set.ids()[a]), CounterRng.order(seed, set.ids()[b])))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private List<String> extremesNotFinite() {
    List<String> names = List.of("black", "gray", "white", "random");
    float[] pixels = new float[names.size() * values];
    CounterRng rng = CounterRng.of(seed, "trust/extremes", 0);
    for (int p = 0; p < values; p++) {
      pixels[values + p] = 0.5f;
      pixels[2 * values + p] = 1;
      pixels[3 * values + p] = (float) rng.nextDouble();
    }
    float[] embedded = images.embed(pixels, names.size());
    return IntStream.range(0, names.size())
        .filter(i -> !isFinite(row(embedded, i)))
        .mapToObj(names::get)
        .toList();
  }

  /** A few images, and another image for each of them. */
  private final class Sample {

    private final int n;
    private final int[] items;
    private final float[] pixels;
    private final float[] other;
    private final float[] once;
    private final float[] apart;

    Sample(int[] chosen) {
      this.n = Math.min(SAMPLE, (chosen.length + 1) / 2);
      this.items = Arrays.copyOf(chosen, n);
      this.pixels = clean(items);
      this.other = clean(IntStream.range(0, n).map(i -> chosen[(i + n) % chosen.length]).toArray());
      this.once = images.embed(pixels, n);
      this.apart = images.embed(other, n);
    }

    double repeated() {
      double largest = 0;
      // Twice, so that a model that alternates is caught between two others.
      for (int pass = 0; pass < 2; pass++) {
        largest = Math.max(largest, largest(once, images.embed(pixels, n), n));
      }
      return largest;
    }

    Finding company(EmbeddingSet before) {
      double company = 0;
      int size = images.batchSize();
      for (IntPredicate kept :
          List.<IntPredicate>of(
              i -> i % size < size / 2,
              i -> i % size >= size / 2,
              i -> i % 2 == 0,
              i -> i % 2 == 1)) {
        float[] mixed = pixels.clone();
        for (int i = 0; i < n; i++) {
          if (!kept.test(i)) {
            System.arraycopy(other, i * values, mixed, i * values, values);
          }
        }
        float[] embedded = images.embed(mixed, n);
        for (int i = 0; i < n; i++) {
          company = kept.test(i) ? Math.max(company, difference(once, i, embedded, i)) : company;
        }
      }
      float[] reversed = new float[pixels.length];
      for (int i = 0; i < n; i++) {
        System.arraycopy(pixels, i * values, reversed, (n - 1 - i) * values, values);
      }
      float[] turned = images.embed(reversed, n);
      double place = 0;
      for (int i = 0; i < n; i++) {
        place = Math.max(place, difference(once, i, turned, n - 1 - i));
        // There they stood among others, at other places.
        place = Math.max(place, difference(once, i, before.values(), i));
      }
      double bySize = 0;
      List<Integer> refused = new ArrayList<>();
      for (int other : OTHER_SIZES) {
        if (other == size || other > n) {
          continue;
        }
        try {
          float[] few = embedAs(Arrays.copyOf(pixels, other * values), other);
          for (int i = 0; i < other; i++) {
            bySize = Math.max(bySize, difference(once, i, few, i));
          }
        } catch (InputException e) {
          refused.add(other);
        }
      }
      return repeatability.company(company, place, bySize, refused);
    }

    /** How far embeddings move when a part of the image is taken from another one. */
    Map<InputSensitivity.Part, double[]> exchanges() {
      InputSpec spec = model.card().input().spec();
      int plane = spec.height() * spec.width();
      Map<InputSensitivity.Part, double[]> moved = new EnumMap<>(InputSensitivity.Part.class);
      for (InputSensitivity.Part part : InputSensitivity.Part.values()) {
        float[] mixed = pixels.clone();
        boolean[] changed = new boolean[n];
        for (int i = 0; i < n; i++) {
          int[] places = IntStream.range(0, plane).toArray();
          if (part == InputSensitivity.Part.PLACES) {
            CounterRng.of(seed, "trust/places", images.item(items[i]).id()).shuffle(places);
          }
          for (int p = i * values; p < (i + 1) * values; p++) {
            int pixel = (p - i * values) % plane;
            if (!part.contains(
                pixel % spec.width(), pixel / spec.width(), spec.width(), spec.height())) {
              continue;
            }
            mixed[p] =
                part == InputSensitivity.Part.PLACES ? pixels[p - pixel + places[pixel]] : other[p];
            changed[i] |= Math.abs(mixed[p] - pixels[p]) > BESIDE;
          }
        }
        float[] embedded = images.embed(mixed, n);
        double[] distances = new double[n];
        for (int i = 0; i < n; i++) {
          distances[i] =
              changed[i]
                  ? difference(once, i, embedded, i) / difference(once, i, apart, i)
                  : Double.NaN;
        }
        moved.put(part, distances);
      }
      return moved;
    }

    List<Finding> gradients() {
      LocalGradientProbe.Seen around =
          new LocalGradientProbe(model, images, seed)
              .measure(LocalGradientProbe.beside(pixels, ids(), values, seed), apart, ids());
      return List.of(
          repeatability.withGradient(largest(around.embedded(), around.withGradient(), n)),
          GradientTrust.usable(around.responses()),
          GradientTrust.agrees(around.responses()));
    }

    private long[] ids() {
      return Arrays.stream(items).mapToLong(item -> images.item(item).id()).toArray();
    }
  }

  private float[] clean(int[] items) {
    float[] pixels = new float[items.length * values];
    for (int i = 0; i < items.length; i++) {
      images.clean(items[i], pixels, i * values);
    }
    return pixels;
  }

  /** Embeds images in one native batch of their number. */
  private float[] embedAs(float[] pixels, int count) {
    long[] shape = images.batchShape().getShape().clone();
    shape[0] = count;
    try (NDManager manager = model.manager().newSubManager()) {
      return model.embed(HostToDevice.array(pixels, new Shape(shape), manager)).toFloatArray();
    }
  }

  private float[] row(float[] embeddings, int row) {
    return Arrays.copyOfRange(embeddings, row * dimension, (row + 1) * dimension);
  }

  private static boolean isFinite(float[] row) {
    for (float v : row) {
      if (!Float.isFinite(v)) {
        return false;
      }
    }
    return true;
  }

  private double largest(float[] a, float[] b, int rows) {
    double largest = 0;
    for (int i = 0; i < rows; i++) {
      largest = Math.max(largest, difference(a, i, b, i));
    }
    return largest;
  }

  /** Returns the distance between two rows, in parts of the length of the first. */
  private double difference(float[] a, int rowOfA, float[] b, int rowOfB) {
    int from = rowOfA * dimension;
    double squares = Vectors.squaredDistance(a, from, b, rowOfB * dimension, dimension);
    double length = Vectors.square(a, from, dimension);
    return squares == 0 ? 0 : Math.sqrt(squares / length);
  }
}
