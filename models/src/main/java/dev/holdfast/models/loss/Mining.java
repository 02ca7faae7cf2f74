package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Locale;

/** Which pairs of a batch a loss looks at. */
public enum Mining {
  /** Every pair. */
  @JsonProperty("all")
  ALL {
    @Override
    Mined mine(NDArray embeddings, long[] labels, LossState state) {
      NDManager manager = embeddings.getManager();
      return new Mined(Pairs.positives(labels, manager), Pairs.negatives(labels, manager));
    }
  },

  /**
   * For each anchor one positive at random, and one negative whose distance is about uniform: with
   * d at least 0.5, a negative is drawn with a probability proportional to 1 / q(d), where q is the
   * density of distances on the sphere, {@code d^(D-2) (1 - d^2 / 4)^((D-3)/2)}. Anchors without a
   * positive or a negative are passed over.
   *
   * @see <a href="https://arxiv.org/abs/1706.07567">Wu et al., ICCV 2017</a>
   */
  @JsonProperty("distance-weighted")
  DISTANCE_WEIGHTED {
    @Override
    Mined mine(NDArray embeddings, long[] labels, LossState state) {
      NDArray unit = Pairs.unit(embeddings.stopGradient());
      float[] similarity = Pairs.products(unit, unit).toFloatArray();
      int n = labels.length;
      int dimension = Math.toIntExact(embeddings.getShape().get(1));
      CounterRng rng = state.rng("mining");
      float[] positives = new float[n * n];
      float[] negatives = new float[n * n];
      for (int a = 0; a < n; a++) {
        double[] positive = new double[n];
        double[] negative = new double[n];
        for (int j = 0; j < n; j++) {
          boolean same = labels[j] == labels[a];
          positive[j] = same && j != a ? 0 : Double.NEGATIVE_INFINITY;
          negative[j] =
              same ? Double.NEGATIVE_INFINITY : logWeight(similarity[a * n + j], dimension);
        }
        int p = draw(positive, rng);
        int m = draw(negative, rng);
        if (p >= 0 && m >= 0) {
          positives[a * n + p] = 1;
          negatives[a * n + m] = 1;
        }
      }
      NDManager manager = embeddings.getManager();
      Shape shape = new Shape(n, n);
      return new Mined(manager.create(positives, shape), manager.create(negatives, shape));
    }
  };

  private static final double NEAREST = 0.5;

  /** Where d reaches 2 the density is 0. */
  private static final double FARTHEST = 1.999;

  /**
   * What was chosen.
   *
   * @param positives N x N, 1 where the row is an anchor and the column its positive
   * @param negatives N x N, likewise
   */
  record Mined(NDArray positives, NDArray negatives) {}

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Chooses pairs; no gradient flows through the choice. */
  abstract Mined mine(NDArray embeddings, long[] labels, LossState state);

  /** Returns ln(1 / q(d)) of two points on the unit sphere. */
  static double logWeight(double cosine, int dimension) {
    double d = Math.sqrt(Math.max(0, 2 - 2 * cosine));
    double clamped = Math.max(NEAREST, Math.min(FARTHEST, d));
    return (2.0 - dimension) * Math.log(clamped)
        - (dimension - 3.0) / 2 * Math.log(1 - clamped * clamped / 4);
  }

  /** Draws an index with probabilities proportional to exp(weight); -1 where all are 0. */
  private static int draw(double[] logWeights, CounterRng rng) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double w : logWeights) {
      largest = Math.max(largest, w);
    }
    double random = rng.nextDouble();
    if (largest == Double.NEGATIVE_INFINITY || Double.isNaN(largest)) {
      return -1;
    }
    double sum = 0;
    for (double w : logWeights) {
      sum += Math.exp(w - largest);
    }
    double left = random * sum;
    int last = -1;
    for (int i = 0; i < logWeights.length; i++) {
      double weight = Math.exp(logWeights[i] - largest);
      if (weight > 0) {
        last = i;
        left -= weight;
        if (left < 0) {
          return i;
        }
      }
    }
    return last;
  }
}
