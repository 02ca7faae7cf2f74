package dev.holdfast.harness.trust;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.trust.LocalResponse;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.Vectors;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.engine.HostToDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Probe of local gradients: measures what a model does around some images, its gradient along a
 * direction of the embedding space, and what steps of several lengths in random directions really
 * do. It takes 26 forward passes and one backward pass for each image.
 */
final class LocalGradientProbe {

  private static final int DIRECTIONS = 3;

  /** Keeps the images that are differentiated off the ends of the range, where pixels are cut. */
  private static final double INNER = 0.96;

  private static final double BESIDE = 1 / 255.0;

  private final EmbeddingModel model;
  private final ImageBatches images;
  private final long seed;
  private final int values;
  private final int dimension;

  LocalGradientProbe(EmbeddingModel model, ImageBatches images, long seed) {
    this.model = model;
    this.images = images;
    this.seed = seed;
    this.values = images.values();
    this.dimension = model.card().embedding().dimension();
  }

  /**
   * What was seen around images.
   *
   * @param embedded their embeddings
   * @param withGradient the same from the pass that was differentiated
   * @param responses one for each image
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Seen(float[] embedded, float[] withGradient, List<LocalResponse> responses) {}

  /**
   * Returns images close to others: random ones, because a clean image may lie on a kink, and off
   * the ends of the range.
   *
   * @param ids one for each image
   */
  static float[] beside(float[] pixels, long[] ids, int values, long seed) {
    float[] beside = new float[pixels.length];
    for (int i = 0; i < ids.length; i++) {
      CounterRng rng = CounterRng.of(seed, "trust/beside", ids[i]);
      for (int p = i * values; p < (i + 1) * values; p++) {
        beside[p] = (float) ((1 - INNER) / 2 + INNER * pixels[p] + rng.nextDouble(-BESIDE, BESIDE));
      }
    }
    return beside;
  }

  /**
   * Measures.
   *
   * @param at the images
   * @param apart for each of them the embedding of another image
   * @param ids one for each image, for the choice of directions
   */
  Seen measure(float[] at, float[] apart, long[] ids) {
    float[] base = images.embed(at, ids.length);
    float[] direction = direction(base, apart, ids);
    float[] seen = new float[base.length];
    float[] gradient = gradient(at, direction, seen);
    return new Seen(base, seen, responses(at, base, direction, gradient, ids));
  }

  /** From each embedding to that of another image, of length 1 / length of the embedding. */
  private float[] direction(float[] base, float[] apart, long[] ids) {
    float[] direction = new float[base.length];
    for (int i = 0; i < ids.length; i++) {
      CounterRng rng = CounterRng.of(seed, "trust/direction", ids[i]);
      int from = i * dimension;
      int to = from + dimension;
      boolean same = Arrays.equals(base, from, to, apart, from, to);
      double squares = 0;
      double length = 0;
      for (int k = from; k < to; k++) {
        direction[k] = same ? (float) rng.nextGaussian() : apart[k] - base[k];
        squares += (double) direction[k] * direction[k];
        length += (double) base[k] * base[k];
      }
      double scale = 1 / Math.sqrt(squares * Math.max(length, Double.MIN_NORMAL));
      for (int k = from; k < to; k++) {
        direction[k] *= (float) scale;
      }
    }
    return direction;
  }

  /** Differentiates the part of the embedding along a direction; also gives the embeddings. */
  private float[] gradient(float[] at, float[] direction, float[] seen) {
    int n = at.length / values;
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
        NDArray pixels = HostToDevice.array(batch, images.batchShape(), manager);
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
      float[] at, float[] base, float[] along, float[] gradient, long[] ids) {
    int n = ids.length;
    int steps = LocalResponse.STEPS.size();
    double[][][] measured = new double[n][steps][DIRECTIONS];
    double[][][] predicted = new double[n][steps][DIRECTIONS];
    double[][] noise = new double[n][2];
    for (int k = 0; k < DIRECTIONS; k++) {
      float[] signs = signs(k, ids);
      for (int s = 0; s < steps; s++) {
        float[] up = moved(at, signs, LocalResponse.STEPS.get(s));
        float[] down = moved(at, signs, -LocalResponse.STEPS.get(s));
        float[] both = embedBoth(up, down, n);
        for (int i = 0; i < n; i++) {
          measured[i][s][k] = product(both, i, along, i) - product(both, n + i, along, i);
          for (int p = i * values; p < (i + 1) * values; p++) {
            predicted[i][s][k] += ((double) up[p] - down[p]) * gradient[p];
          }
        }
      }
      float[] shaken =
          embedBoth(
              shaken(at, signs, LocalResponse.NOISE.get(0)),
              shaken(at, signs, LocalResponse.NOISE.get(1)),
              n);
      for (int i = 0; i < n; i++) {
        for (int l = 0; l < noise[i].length; l++) {
          double change =
              Math.abs(product(shaken, l * n + i, along, i) - product(base, i, along, i));
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

  private float[] signs(int direction, long[] ids) {
    float[] signs = new float[ids.length * values];
    for (int i = 0; i < ids.length; i++) {
      CounterRng rng = CounterRng.of(seed, "trust/signs/" + direction, ids[i]);
      for (int p = i * values; p < (i + 1) * values; p++) {
        signs[p] = rng.nextLong() < 0 ? -1 : 1;
      }
    }
    return signs;
  }

  private static float[] moved(float[] at, float[] signs, double length) {
    float[] moved = new float[at.length];
    for (int p = 0; p < moved.length; p++) {
      moved[p] = (float) (at[p] + length * signs[p]);
    }
    return moved;
  }

  private static float[] shaken(float[] at, float[] signs, double length) {
    float[] shaken = moved(at, signs, length);
    for (int p = 0; p < shaken.length; p++) {
      shaken[p] = Math.max(0, Math.min(1, shaken[p]));
    }
    return shaken;
  }

  /** Embeds two variants of the images one behind the other, so that few share a native batch. */
  private float[] embedBoth(float[] first, float[] second, int n) {
    float[] both = Arrays.copyOf(first, 2 * first.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return images.embed(both, 2 * n);
  }

  private double product(float[] embeddings, int row, float[] along, int direction) {
    return Vectors.dot(embeddings, row * dimension, along, direction * dimension, dimension);
  }
}
