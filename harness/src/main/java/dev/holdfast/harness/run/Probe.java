package dev.holdfast.harness.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.BoundObjective;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.objective.Surroundings;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Looks at a candidate before it is attacked: does it give the same embedding twice, does an
 * embedding depend on the other images of the batch, does the loss have a gradient, do embeddings
 * differ at all? Numbers of a candidate that fails here mean nothing.
 */
public final class Probe {

  /** Float rounding may differ between places in a batch; anything above is not rounding. */
  private static final double ROUNDING = 1e-5;

  private static final double UNRELIABLE = 1e-3;
  private static final double COLLAPSED = 0.999;
  private static final int PAIRS_AMONG = 512;

  private final EmbeddingModel model;
  private final Images images;

  /** Prepares the checks; {@link #run} does them. */
  public Probe(EmbeddingModel model, Images images) {
    this.model = model;
    this.images = images;
  }

  /**
   * Runs every check.
   *
   * @param gallery clean embeddings of all images
   */
  public List<TrustVerdict> run(EmbeddingSet gallery, Surroundings surroundings) {
    int[] items = IntStream.range(0, Math.min(images.batchSize(), images.count())).toArray();
    float[] pixels = images.clean(items);
    float[] once = images.embed(pixels);
    List<TrustVerdict> verdicts = new ArrayList<>();
    verdicts.add(deterministic(items, pixels, once));
    verdicts.add(independentOfBatch(items, pixels, once));
    verdicts.add(gradient(items, pixels, gallery, surroundings));
    verdicts.add(collapse(gallery));
    return verdicts;
  }

  private TrustVerdict deterministic(int[] items, float[] pixels, float[] once) {
    double difference = difference(once, images.embed(pixels), items.length);
    return byDifference(
        "deterministic",
        difference,
        "Two passes over the same images give the same embeddings.",
        "Two passes over the same images give embeddings that differ by up to %s of their length:"
            + " the model is random, so every number is.");
  }

  private TrustVerdict independentOfBatch(int[] items, float[] pixels, float[] once) {
    int values = images.values();
    int n = items.length;
    float[] reversed = new float[pixels.length];
    for (int i = 0; i < n; i++) {
      System.arraycopy(pixels, i * values, reversed, (n - 1 - i) * values, values);
    }
    // Company of another kind: half of the images are gone, zeros in their place.
    float[] half = pixels.clone();
    int kept = Math.max(1, n / 2);
    Arrays.fill(half, kept * values, half.length, 0);
    int dimension = once.length / images.batchSize();
    float[] back = images.embed(reversed);
    float[] turned = new float[once.length];
    for (int i = 0; i < n; i++) {
      System.arraycopy(back, (n - 1 - i) * dimension, turned, i * dimension, dimension);
    }
    double difference =
        Math.max(difference(once, turned, n), difference(once, images.embed(half), kept));
    return byDifference(
        "batch-independent",
        difference,
        "The embedding of an image does not depend on the other images of its batch.",
        "The embedding of an image changes by up to %s of its length with the other images of its"
            + " batch: it may be in training mode.");
  }

  private TrustVerdict byDifference(String check, double difference, String good, String bad) {
    Verdict verdict =
        difference <= ROUNDING
            ? Verdict.OK
            : difference <= UNRELIABLE ? Verdict.SUSPICIOUS : Verdict.UNRELIABLE;
    return new TrustVerdict(
        check,
        verdict,
        verdict == Verdict.OK
            ? good
            : String.format(Locale.ROOT, bad, String.format(Locale.ROOT, "%.2g", difference)),
        Map.of("largest_relative_difference", difference));
  }

  private TrustVerdict gradient(
      int[] items, float[] pixels, EmbeddingSet gallery, Surroundings surroundings) {
    int n = items.length;
    int without = 0;
    try (NDManager manager = model.manager().newSubManager()) {
      BoundObjective objective =
          new SingleTarget().bind(surroundings, gallery.select(items), images.batchSize(), manager);
      NDArray batch = manager.create(pixels, images.batchShape());
      try (InputGradient g = model.gradient(batch, objective::loss)) {
        float[] gradient = g.gradient().toFloatArray();
        for (int i = 0; i < n; i++) {
          boolean usable = false;
          for (int p = i * images.values(); p < (i + 1) * images.values(); p++) {
            if (!Float.isFinite(gradient[p])) {
              usable = false;
              break;
            }
            usable |= gradient[p] != 0;
          }
          without += usable ? 0 : 1;
        }
      }
    }
    Verdict verdict =
        without == 0 ? Verdict.OK : 2 * without < n ? Verdict.SUSPICIOUS : Verdict.UNRELIABLE;
    return new TrustVerdict(
        "gradient",
        verdict,
        without == 0
            ? "Every image has a gradient that an attack can follow."
            : without
                + " of "
                + n
                + " images have a gradient that is zero or not finite: gradient attacks cannot"
                + " move them, which is no robustness.",
        Map.of("images_without_gradient", (double) without, "images", (double) n));
  }

  private static TrustVerdict collapse(EmbeddingSet gallery) {
    int step = Math.max(1, gallery.size() / PAIRS_AMONG);
    int[] rows =
        IntStream.range(0, gallery.size()).filter(i -> i % step == 0).limit(PAIRS_AMONG).toArray();
    int d = gallery.dimension();
    double[] sum = new double[d];
    double self = 0;
    for (int row : rows) {
      double length = 0;
      for (int k = 0; k < d; k++) {
        length += (double) gallery.values()[row * d + k] * gallery.values()[row * d + k];
      }
      length = Math.sqrt(length);
      for (int k = 0; k < d && length > 0; k++) {
        sum[k] += gallery.values()[row * d + k] / length;
      }
      self += length > 0 ? 1 : 0;
    }
    // The mean over all pairs follows from the length of the sum.
    double squares = Arrays.stream(sum).map(s -> s * s).sum();
    double pairs = self * (self - 1);
    double cosine = pairs > 0 ? (squares - self) / pairs : 1;
    Verdict verdict =
        cosine < 0.99 ? Verdict.OK : cosine < COLLAPSED ? Verdict.SUSPICIOUS : Verdict.UNRELIABLE;
    return new TrustVerdict(
        "spread",
        verdict,
        verdict == Verdict.OK
            ? "Embeddings of different images point in different directions."
            : String.format(
                Locale.ROOT,
                "Embeddings of different images have a mean cosine of %.4f: they have collapsed, so"
                    + " ranks are decided by rounding.",
                cosine),
        Map.of("mean_pairwise_cosine", cosine));
  }

  /** Returns the largest distance between the same rows, relative to their length. */
  private double difference(float[] a, float[] b, int rows) {
    int dimension = a.length / images.batchSize();
    double largest = 0;
    for (int i = 0; i < rows; i++) {
      double squares = 0;
      double length = 0;
      for (int k = i * dimension; k < (i + 1) * dimension; k++) {
        squares += ((double) a[k] - b[k]) * ((double) a[k] - b[k]);
        length += (double) a[k] * a[k];
      }
      largest = Math.max(largest, squares == 0 ? 0 : Math.sqrt(squares / length));
    }
    return largest;
  }
}
