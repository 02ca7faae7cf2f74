package dev.holdfast.harness.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.trust.EmbeddingShape;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.attacks.trust.FiniteEmbeddings;
import dev.holdfast.attacks.trust.GradientTrust;
import dev.holdfast.attacks.trust.InputUse;
import dev.holdfast.attacks.trust.LocalResponse;
import dev.holdfast.attacks.trust.Repeatability;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.data.InputSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Measures a candidate on a few images before it is attacked: does it give the same embedding
 * twice, does an embedding depend on the other images of the batch, is there a gradient, is it that
 * of the function, do embeddings differ at all, and do they depend on the whole picture? What it
 * measures is judged in {@code attacks.trust}. It takes about a thousand forward passes.
 */
public final class Probe {

  private static final int SAMPLE = 32;
  private static final int DIRECTIONS = 3;

  /** Sizes of batches beside the one of the audit. */
  private static final int[] OTHER_SIZES = {1, 3};

  /** Keeps the images that are differentiated off the ends of the range, where pixels are cut. */
  private static final double INNER = 0.96;

  private static final double BESIDE = 1 / 255.0;

  private final EmbeddingModel model;
  private final Images images;
  private final long seed;
  private final int dimension;
  private final int values;
  private final Repeatability repeatability;

  /**
   * Prepares the checks; {@link #run} does them.
   *
   * @param seed of the run, for the choice of images and directions
   */
  public Probe(EmbeddingModel model, Images images, long seed) {
    this.model = model;
    this.images = images;
    this.seed = seed;
    this.dimension = model.card().embedding().dimension();
    this.values = images.values();
    this.repeatability = new Repeatability(!model.manager().getDevice().isGpu());
  }

  /**
   * Runs every check.
   *
   * @param items indices of images that have a finite embedding
   * @param embeddings their clean embeddings, one row for each
   */
  public List<Finding> run(int[] items, EmbeddingSet embeddings) {
    int[] rows = sample(embeddings, seed, 2 * SAMPLE);
    Sample sample = new Sample(Arrays.stream(rows).map(row -> items[row]).toArray());
    List<Finding> findings = new ArrayList<>();
    findings.add(repeatability.repeated(sample.repeated()));
    findings.add(sample.company(embeddings.select(Arrays.copyOf(rows, sample.n))));
    findings.addAll(sample.gradients());
    findings.add(InputUse.judge(sample.exchanges()));
    findings.add(EmbeddingShape.spread(embeddings));
    findings.add(EmbeddingShape.levels(embeddings));
    findings.add(
        EmbeddingShape.duplicates(
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
  public Finding afterwards(int[] items, EmbeddingSet embeddings, boolean[] finite) {
    // The same native batch as in the beginning.
    int n = Math.min(images.batchSize(), items.length);
    float[] now = embed(clean(Arrays.copyOf(items, n)), n);
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
    float[] embedded = embed(pixels, names.size());
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
      this.once = embed(pixels, n);
      this.apart = embed(other, n);
    }

    double repeated() {
      double largest = 0;
      // Twice, so that a model that alternates is caught between two others.
      for (int pass = 0; pass < 2; pass++) {
        largest = Math.max(largest, largest(once, embed(pixels, n), n));
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
        float[] embedded = embed(mixed, n);
        for (int i = 0; i < n; i++) {
          company = kept.test(i) ? Math.max(company, difference(once, i, embedded, i)) : company;
        }
      }
      float[] reversed = new float[pixels.length];
      for (int i = 0; i < n; i++) {
        System.arraycopy(pixels, i * values, reversed, (n - 1 - i) * values, values);
      }
      float[] turned = embed(reversed, n);
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
    Map<InputUse.Part, double[]> exchanges() {
      InputSpec spec = model.card().input().spec();
      int plane = spec.height() * spec.width();
      Map<InputUse.Part, double[]> moved = new EnumMap<>(InputUse.Part.class);
      for (InputUse.Part part : InputUse.Part.values()) {
        float[] mixed = pixels.clone();
        boolean[] changed = new boolean[n];
        for (int i = 0; i < n; i++) {
          int[] places = IntStream.range(0, plane).toArray();
          if (part == InputUse.Part.PLACES) {
            CounterRng.of(seed, "trust/places", images.item(items[i]).id()).shuffle(places);
          }
          for (int p = i * values; p < (i + 1) * values; p++) {
            int pixel = (p - i * values) % plane;
            if (!part.contains(
                pixel % spec.width(), pixel / spec.width(), spec.width(), spec.height())) {
              continue;
            }
            mixed[p] = part == InputUse.Part.PLACES ? pixels[p - pixel + places[pixel]] : other[p];
            changed[i] |= Math.abs(mixed[p] - pixels[p]) > BESIDE;
          }
        }
        float[] embedded = embed(mixed, n);
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
      float[] beside = new float[pixels.length];
      for (int i = 0; i < n; i++) {
        CounterRng rng = CounterRng.of(seed, "trust/beside", images.item(items[i]).id());
        for (int p = i * values; p < (i + 1) * values; p++) {
          beside[p] =
              (float) ((1 - INNER) / 2 + INNER * pixels[p] + rng.nextDouble(-BESIDE, BESIDE));
        }
      }
      float[] base = embed(beside, n);
      float[] direction = direction(base);
      float[] seen = new float[base.length];
      float[] gradient = gradient(beside, direction, seen);
      List<LocalResponse> responses = responses(beside, base, direction, gradient);
      return List.of(
          repeatability.withGradient(largest(base, seen, n)),
          GradientTrust.usable(responses),
          GradientTrust.agrees(responses));
    }

    /** From each embedding to that of another image, of length 1 / length of the embedding. */
    private float[] direction(float[] base) {
      float[] direction = new float[base.length];
      for (int i = 0; i < n; i++) {
        CounterRng rng = CounterRng.of(seed, "trust/direction", images.item(items[i]).id());
        boolean same = difference(base, i, apart, i) == 0;
        double squares = 0;
        double length = 0;
        for (int k = i * dimension; k < (i + 1) * dimension; k++) {
          direction[k] = same ? (float) rng.nextGaussian() : apart[k] - base[k];
          squares += (double) direction[k] * direction[k];
          length += (double) base[k] * base[k];
        }
        double scale = 1 / Math.sqrt(squares * Math.max(length, Double.MIN_NORMAL));
        for (int k = i * dimension; k < (i + 1) * dimension; k++) {
          direction[k] *= (float) scale;
        }
      }
      return direction;
    }

    /** Differentiates the part of the embedding along a direction; also gives the embeddings. */
    private float[] gradient(float[] at, float[] direction, float[] seen) {
      float[] gradient = new float[at.length];
      int size = images.batchSize();
      for (int start = 0; start < n; start += size) {
        int count = Math.min(size, n - start);
        float[] along = new float[size * dimension];
        System.arraycopy(direction, start * dimension, along, 0, count * dimension);
        float[] batch = new float[size * values];
        System.arraycopy(at, start * values, batch, 0, count * values);
        float[][] embedded = new float[1][];
        try (NDManager manager = model.manager().newSubManager()) {
          NDArray weights = manager.create(along, new Shape(size, dimension));
          NDArray pixels = manager.create(batch, images.batchShape());
          try (InputGradient g =
              model.gradient(
                  pixels,
                  e -> {
                    embedded[0] = e.toFloatArray();
                    return e.mul(weights).sum(new int[] {1});
                  })) {
            System.arraycopy(
                g.gradient().toFloatArray(), 0, gradient, start * values, count * values);
          }
        }
        System.arraycopy(embedded[0], 0, seen, start * dimension, count * dimension);
      }
      return gradient;
    }

    private List<LocalResponse> responses(
        float[] at, float[] base, float[] along, float[] gradient) {
      int steps = LocalResponse.STEPS.size();
      double[][][] measured = new double[n][steps][DIRECTIONS];
      double[][][] predicted = new double[n][steps][DIRECTIONS];
      double[][] noise = new double[n][LocalResponse.NOISE.size()];
      for (int k = 0; k < DIRECTIONS; k++) {
        float[] signs = signs(k);
        for (int s = 0; s < steps; s++) {
          float[] up = moved(at, signs, LocalResponse.STEPS.get(s));
          float[] down = moved(at, signs, -LocalResponse.STEPS.get(s));
          float[] above = embed(up, n);
          float[] below = embed(down, n);
          for (int i = 0; i < n; i++) {
            measured[i][s][k] = product(above, along, i) - product(below, along, i);
            for (int p = i * values; p < (i + 1) * values; p++) {
              predicted[i][s][k] += ((double) up[p] - down[p]) * gradient[p];
            }
          }
        }
        for (int l = 0; l < noise[0].length; l++) {
          float[] shaken = moved(at, signs, LocalResponse.NOISE.get(l));
          for (int p = 0; p < shaken.length; p++) {
            shaken[p] = Math.max(0, Math.min(1, shaken[p]));
          }
          float[] embedded = embed(shaken, n);
          for (int i = 0; i < n; i++) {
            double change = Math.abs(product(embedded, along, i) - product(base, along, i));
            noise[i][l] = Math.max(noise[i][l], change);
          }
        }
      }
      List<LocalResponse> responses = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        boolean finite = true;
        double sum = 0;
        int zero = 0;
        for (int p = i * values; p < (i + 1) * values; p++) {
          finite &= Float.isFinite(gradient[p]);
          sum += Math.abs(gradient[p]);
          zero += gradient[p] == 0 ? 1 : 0;
        }
        responses.add(
            new LocalResponse(
                finite, sum, (double) zero / values, measured[i], predicted[i], noise[i]));
      }
      return responses;
    }

    private float[] signs(int direction) {
      float[] signs = new float[pixels.length];
      for (int i = 0; i < n; i++) {
        CounterRng rng =
            CounterRng.of(seed, "trust/signs/" + direction, images.item(items[i]).id());
        for (int p = i * values; p < (i + 1) * values; p++) {
          signs[p] = rng.nextLong() < 0 ? -1 : 1;
        }
      }
      return signs;
    }
  }

  private static float[] moved(float[] at, float[] signs, double length) {
    float[] moved = new float[at.length];
    for (int p = 0; p < moved.length; p++) {
      moved[p] = (float) (at[p] + length * signs[p]);
    }
    return moved;
  }

  private double product(float[] embeddings, float[] along, int row) {
    double sum = 0;
    for (int k = row * dimension; k < (row + 1) * dimension; k++) {
      sum += (double) embeddings[k] * along[k];
    }
    return sum;
  }

  private float[] clean(int[] items) {
    float[] pixels = new float[items.length * values];
    for (int i = 0; i < items.length; i++) {
      images.clean(items[i], pixels, i * values);
    }
    return pixels;
  }

  /** Embeds some images in native batches of the size of the audit. */
  private float[] embed(float[] pixels, int count) {
    float[] embeddings = new float[count * dimension];
    int size = images.batchSize();
    for (int start = 0; start < count; start += size) {
      int rows = Math.min(size, count - start);
      float[] batch = new float[size * values];
      System.arraycopy(pixels, start * values, batch, 0, rows * values);
      System.arraycopy(images.embed(batch), 0, embeddings, start * dimension, rows * dimension);
    }
    return embeddings;
  }

  /** Embeds images in one native batch of their number. */
  private float[] embedAs(float[] pixels, int count) {
    long[] shape = images.batchShape().getShape().clone();
    shape[0] = count;
    try (NDManager manager = model.manager().newSubManager()) {
      return model.embed(manager.create(pixels, new Shape(shape))).toFloatArray();
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
    double squares = 0;
    double length = 0;
    for (int k = 0; k < dimension; k++) {
      double x = a[rowOfA * dimension + k];
      double y = b[rowOfB * dimension + k];
      squares += (x - y) * (x - y);
      length += x * x;
    }
    return squares == 0 ? 0 : Math.sqrt(squares / length);
  }
}
