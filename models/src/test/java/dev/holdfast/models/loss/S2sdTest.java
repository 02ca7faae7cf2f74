package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.Weights;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class S2sdTest implements MetricLossContract {

  @Override
  public MetricLoss metricLoss() {
    return new S2sd(null, List.of(5, 7), 1.0, 0);
  }

  /** The heads know nothing and stay as they are, and so do most of the terms. */
  @Override
  public double left() {
    return 0.95;
  }

  /** Cosines: 0.6 within the class of the first two, 0 and 0.8 with the third. */
  private static final float[] THREE = {1, 0, 0.6f, 0.8f, 0, 1};

  @Test
  void without_distillation_and_heads_that_know_nothing_the_base_loss_is_left() {
    MultiSimilarity base = new MultiSimilarity(null, null, null, false, null, null);
    double plain = MetricLossContract.slope(base, THREE, 1, 1, 2).loss();
    double[] weighed = new double[2];
    for (int gamma = 0; gamma < 2; gamma++) {
      S2sd loss = new S2sd(base, List.of(3), (double) gamma, 5000);
      weighed[gamma] = MetricLossContract.slope(loss, THREE, 1, 1, 2).loss();
    }
    assertThat(weighed[0]).isGreaterThan(plain / 2);
    assertThat(weighed[1]).as("a divergence is not negative").isGreaterThan(weighed[0]);
  }

  @Test
  void features_teach_from_their_step_on_what_the_cosines_of_features_say() {
    // Features of the contract are the embeddings: pooled twice, the cosines are equal, and the
    // divergence towards them is 0.
    S2sd before = new S2sd(null, List.of(3), 1.0, 2001);
    S2sd from = new S2sd(null, List.of(3), 1.0, 2000);
    assertThat(MetricLossContract.slope(from, THREE, 1, 1, 2).loss())
        .isCloseTo(MetricLossContract.slope(before, THREE, 1, 1, 2).loss(), within(1e-6));
  }

  /** Four samples of two classes, two heads: the same sums in loops over arrays of doubles. */
  @Test
  void four_samples_by_hand() {
    float[] values = {1, 0, 0.5f, 0.6f, 0.8f, -0.2f, 0, 1, 0.3f, -0.5f, 0.4f, 0.7f};
    long[] labels = {1, 1, 2, 2};
    MultiSimilarity base = new MultiSimilarity(null, null, null, false, null, null);
    S2sd loss = new S2sd(base, List.of(2, 3), 7.0, 1000);
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      NDArray z = manager.create(values, new Shape(4, 3));
      // Two channels of one row of two pixels.
      float[] map = {1, 3, -1, 0, 0.5f, 0.5f, 2, 1, -2, 1, 1, 1, 0, 4, 1, -3};
      NDArray features = manager.create(map, new Shape(4, 2, 1, 2));
      Weights weights = new Weights(manager);
      loss.initialize(
          new LossShape(weights, LossState.PREFIX, 2, 3, 2, CounterRng.of(3, "heads", 0)));
      double[][] phi = new double[4][2];
      for (int i = 0; i < 8; i++) {
        double a = map[2 * i];
        double b = map[2 * i + 1];
        phi[i / 2][i % 2] = (a + b) / 2 + Math.max(a, b);
      }
      double[][] students = logSoftmaxOfCosines(rows(values, 3));
      double metric = MetricLossContract.slope(base, values, labels).loss();
      double taught = 0;
      for (int k = 0; k < 2; k++) {
        double[][] g = layer(layer(phi, weights, k, "fc1", true), weights, k, "fc2", false);
        metric += MetricLossContract.slope(base, floats(g), labels).loss() / 2;
        taught += 7.0 / 2 * divergence(logSoftmaxOfCosines(g), students);
      }
      double late = 7.0 * divergence(logSoftmaxOfCosines(phi), students);
      assertThat(late).isGreaterThan(0.1);
      long[] classes = {1, 2};
      assertThat(loss.loss(z, labels, LossState.of(weights, classes, features, 4, 999)).getFloat())
          .isCloseTo((float) (metric / 2 + taught), within(1e-5f));
      assertThat(loss.loss(z, labels, LossState.of(weights, classes, features, 4, 1000)).getFloat())
          .isCloseTo((float) (metric / 2 + taught + late), within(1e-5f));
    }
  }

  private static double[][] rows(float[] values, int columns) {
    double[][] rows = new double[values.length / columns][columns];
    for (int i = 0; i < values.length; i++) {
      rows[i / columns][i % columns] = values[i];
    }
    return rows;
  }

  private static float[] floats(double[][] rows) {
    float[] values = new float[rows.length * rows[0].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rows[i / rows[0].length][i % rows[0].length];
    }
    return values;
  }

  private static double[][] layer(
      double[][] x, Weights weights, int head, String name, boolean relu) {
    String prefix = LossState.PREFIX + "heads." + head + "." + name;
    float[] bias = weights.get(prefix + ".bias").toFloatArray();
    double[][] w = rows(weights.get(prefix + ".weight").toFloatArray(), x[0].length);
    double[][] y = new double[x.length][w.length];
    for (int i = 0; i < x.length; i++) {
      for (int o = 0; o < w.length; o++) {
        double sum = bias[o];
        for (int c = 0; c < w[o].length; c++) {
          sum += w[o][c] * x[i][c];
        }
        y[i][o] = relu ? Math.max(sum, 0) : sum;
      }
    }
    return y;
  }

  private static double[][] logSoftmaxOfCosines(double[][] x) {
    double[][] log = new double[x.length][x.length];
    for (int i = 0; i < x.length; i++) {
      double total = 0;
      for (int j = 0; j < x.length; j++) {
        log[i][j] = dot(x[i], x[j]) / Math.sqrt(dot(x[i], x[i]) * dot(x[j], x[j]));
        total += Math.exp(log[i][j]);
      }
      for (int j = 0; j < x.length; j++) {
        log[i][j] -= Math.log(total);
      }
    }
    return log;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int c = 0; c < a.length; c++) {
      sum += a[c] * b[c];
    }
    return sum;
  }

  private static double divergence(double[][] teacher, double[][] student) {
    double sum = 0;
    for (int i = 0; i < teacher.length; i++) {
      for (int j = 0; j < teacher.length; j++) {
        sum += Math.exp(teacher[i][j]) * (teacher[i][j] - student[i][j]);
      }
    }
    return sum / teacher.length;
  }

  @Test
  void takes_losses_with_parameters_of_their_own() {
    S2sd loss = new S2sd(new ArcFace(null, null, null), List.of(3, 4), null, null);
    assertThat(MetricLossContract.slope(loss, THREE, 1, 1, 2).loss()).isFinite().isPositive();
  }

  @Test
  void refuses_parameters_that_make_no_sense() {
    assertThatThrownBy(() -> new S2sd(null, List.of(), null, null))
        .hasMessageContaining("dimensions ([])");
    assertThatThrownBy(() -> new S2sd(null, null, -1.0, null)).hasMessageContaining("gamma (-1.0)");
    assertThatThrownBy(() -> new S2sd(new S2sd(null, null, null, null), null, null, null))
        .hasMessageContaining("base (s2sd)");
  }
}
