package dev.holdfast.attacks.trust;

import static dev.holdfast.attacks.trust.Finding.words;

import dev.holdfast.attacks.trust.Finding.Level;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Vectors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Check for collapsed embeddings: whether they differ, in more than one direction and a few levels.
 */
public final class EmbeddingCollapse {

  private static final int AMONG = 512;
  private static final double CLOSE = 0.99;

  /** Below, float32 numbers of length 1 differ by little more than their rounding. */
  private static final double ROUNDING = 2e-6;

  private static final double LINE = 1.2;
  private static final double FEW_LEVELS = 0.5;
  private static final int ENOUGH_NUMBERS = 8;
  private static final double SOME = 0.01;
  private static final double MANY = 0.1;

  private EmbeddingCollapse() {}

  /** Returns at most 512 rows, evenly spread. */
  private static int[] rows(EmbeddingSet set) {
    int step = Math.max(1, set.size() / AMONG);
    return IntStream.range(0, set.size()).filter(i -> i % step == 0).limit(AMONG).toArray();
  }

  /** Judges directions: their mean cosine, and how many axes their differences spread over. */
  public static Finding spread(EmbeddingSet set) {
    double[][] units =
        Arrays.stream(rows(set))
            .mapToObj(row -> unit(set.row(row)))
            .filter(u -> u != null)
            .toArray(double[][]::new);
    int n = units.length;
    double[] mean = new double[set.dimension()];
    for (double[] unit : units) {
      for (int k = 0; k < mean.length; k++) {
        mean[k] += unit[k] / n;
      }
    }
    double variance = 0;
    for (double[] unit : units) {
      for (int k = 0; k < mean.length; k++) {
        unit[k] -= mean[k];
        variance += unit[k] * unit[k] / n;
      }
    }
    // The mean over all pairs follows from the length of the mean.
    double cosine = n < 2 ? 1 : 1 - variance * n / (n - 1);
    double axes = axes(units);
    double distance = Math.sqrt(2 * variance);
    long classes = Arrays.stream(set.labels()).distinct().count();
    Level level = Level.OK;
    String text = "Embeddings of different images point in different directions.";
    if (!(distance > ROUNDING)) {
      level = Level.UNRELIABLE;
      text =
          words(
              "Embeddings of different images are the same up to %.1g of their length: they have"
                  + " collapsed, so ranks are decided by rounding.",
              distance);
    } else if (cosine > CLOSE) {
      level = Level.SUSPICIOUS;
      text =
          words(
              "Embeddings of different images have a mean cosine of %.6f: they have nearly"
                  + " collapsed, and distances between them are small against their length.",
              cosine);
    } else if (axes < LINE && classes > 2) {
      level = Level.SUSPICIOUS;
      text =
          words(
              "Embeddings differ along %.1f axes in effect: they have collapsed to a line.", axes);
    }
    return new Finding(
        "spread",
        level,
        text,
        Map.of(
            "mean_pairwise_cosine",
            cosine,
            "effective_axes",
            axes,
            "zero_embeddings",
            (double) (rows(set).length - n)));
  }

  private static double[] unit(float[] row) {
    double length = Math.sqrt(Vectors.square(row, 0, row.length));
    return length == 0 || !Double.isFinite(length)
        ? null
        : IntStream.range(0, row.length).mapToDouble(k -> row[k] / length).toArray();
  }

  /** The participation ratio of the eigenvalues of the covariance, from inner products alone. */
  private static double axes(double[][] centered) {
    double trace = 0;
    double squares = 0;
    for (int i = 0; i < centered.length; i++) {
      for (int j = 0; j <= i; j++) {
        double product = Vectors.dot(centered[i], centered[j]);
        squares += (i == j ? 1 : 2) * product * product;
        trace += i == j ? product : 0;
      }
    }
    return squares == 0 ? 0 : trace * trace / squares;
  }

  /** Judges numbers: a code of few levels has no gradient of its own. */
  public static Finding levels(EmbeddingSet set) {
    double[] shares =
        Arrays.stream(rows(set))
            .mapToObj(set::row)
            .filter(EmbeddingCollapse::hasEnoughNumbers)
            .mapToDouble(EmbeddingCollapse::distinctShare)
            .sorted()
            .toArray();
    double share = shares.length == 0 ? 1 : shares[shares.length / 2];
    Level level = share < FEW_LEVELS ? Level.SUSPICIOUS : Level.OK;
    return new Finding(
        "levels",
        level,
        level == Level.OK
            ? "The numbers of an embedding differ from each other."
            : words(
                "Only %.0f %% of the numbers of an embedding are distinct: it is quantized or a hash"
                    + " code, whose gradient is zero or made up, so gradient attacks say little.",
                100 * share),
        Map.of("distinct_share", share));
  }

  private static boolean hasEnoughNumbers(float[] row) {
    int count = 0;
    for (float v : row) {
      count += v != 0 ? 1 : 0;
    }
    return count >= ENOUGH_NUMBERS;
  }

  private static double distinctShare(float[] row) {
    Set<Float> seen = new HashSet<>();
    int count = 0;
    for (float v : row) {
      if (v != 0) {
        seen.add(Math.abs(v));
        count++;
      }
    }
    return (double) seen.size() / count;
  }

  /**
   * Judges duplicates.
   *
   * @param pixels one hash for each item, equal where the model gets the same pixels
   * @param paths names of the items, for the reader
   */
  public static Finding duplicates(EmbeddingSet set, long[] pixels, List<String> paths) {
    Map<Long, Integer> firstImage = new HashMap<>();
    Map<Long, Integer> firstEmbedding = new HashMap<>();
    Set<Integer> sameImage = new HashSet<>();
    Set<Integer> acrossClasses = new HashSet<>();
    Set<Integer> sameEmbedding = new HashSet<>();
    String example = "";
    for (int i = 0; i < set.size(); i++) {
      Integer image = firstImage.putIfAbsent(pixels[i], i);
      if (image != null) {
        sameImage.addAll(List.of(image, i));
        if (set.labels()[image] != set.labels()[i]) {
          acrossClasses.addAll(List.of(image, i));
          example = example.isEmpty() ? paths.get(image) + " and " + paths.get(i) : example;
        }
      }
      Integer embedding = firstEmbedding.putIfAbsent(hash(set, i), i);
      if (embedding != null && pixels[embedding] != pixels[i] && sameRow(set, embedding, i)) {
        sameEmbedding.addAll(List.of(embedding, i));
      }
    }
    double n = set.size();
    Level level = Level.of(sameEmbedding.size() / n, SOME, MANY);
    String text = "Different images have different embeddings.";
    if (level != Level.OK) {
      text =
          words(
              "%d of %d images share their embedding with an image of other pixels: the model does"
                  + " not tell them apart, and ties decide ranks.",
              sameEmbedding.size(), set.size());
    }
    if (!acrossClasses.isEmpty()) {
      level = level.or(Level.SUSPICIOUS);
      text +=
          words(
              " %d images stand in two classes with the same pixels, such as %s: no model can get"
                  + " both right.",
              acrossClasses.size(), example);
    } else if (sameImage.size() / n > SOME) {
      level = level.or(Level.SUSPICIOUS);
      text +=
          words(
              " %d of %d images are there twice in the same class: a copy is found without"
                  + " recognizing anything.",
              sameImage.size(), set.size());
    }
    return new Finding(
        "duplicates",
        level,
        text,
        Map.of(
            "duplicate_images",
            (double) sameImage.size(),
            "duplicate_images_across_classes",
            (double) acrossClasses.size(),
            "duplicate_embeddings",
            (double) sameEmbedding.size()));
  }

  private static long hash(EmbeddingSet set, int row) {
    long hash = 0;
    for (int k = row * set.dimension(); k < (row + 1) * set.dimension(); k++) {
      hash = (hash ^ Float.floatToIntBits(set.values()[k])) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 32;
    }
    return hash;
  }

  private static boolean sameRow(EmbeddingSet set, int a, int b) {
    int d = set.dimension();
    return Arrays.equals(set.values(), a * d, (a + 1) * d, set.values(), b * d, (b + 1) * d);
  }
}
