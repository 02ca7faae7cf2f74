package dev.holdfast.models.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.engine.FreedMemory;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What every loss has to keep. */
@Tag("native")
interface MetricLossContract {

  int SIZE = 12;
  int DIMENSION = 6;

  /** Three classes of 5, 4 and 2 samples and a class of one. */
  private static long[] labels() {
    return new long[] {7, 7, 3, 3, 7, 900_000_000_000L, 3, 5, 5, 7, 3, 7};
  }

  /** Returns the loss under test. */
  MetricLoss metricLoss();

  /** A loss and its gradient with respect to the embeddings. */
  @SuppressWarnings("ArrayRecordComponent")
  record Slope(double loss, float[] gradient) {}

  private static float[] draw(long seed) {
    CounterRng rng = CounterRng.of(seed, "contract", 0);
    float[] values = new float[SIZE * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.nextGaussian();
    }
    return values;
  }

  private Slope slope(float[] values, long... labels) {
    return slope(metricLoss(), () -> {}, values, classes(labels), labels);
  }

  private static long[] classes(long... labels) {
    return Arrays.stream(labels).distinct().sorted().toArray();
  }

  /** Evaluates and differentiates a loss; its own parameters are drawn anew each time. */
  static Slope slope(MetricLoss loss, float[] values, long... labels) {
    return slope(loss, () -> {}, values, classes(labels), labels);
  }

  private static Slope slope(
      MetricLoss loss, Runnable beforeBackward, float[] values, long[] classes, long... labels) {
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      int dimension = values.length / labels.length;
      NDArray leaf = manager.create(values, new Shape(labels.length, dimension));
      leaf.setRequiresGradient(true);
      Weights drawn = new Weights(manager);
      loss.initialize(
          new LossShape(
              drawn,
              LossState.PREFIX,
              classes.length,
              dimension,
              dimension,
              CounterRng.of(9, "parameters", 0)));
      Weights parameters = drawn.leaves(manager);
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        // Features that keep whatever an embedding keeps when it is scaled or moved to another row.
        NDArray features = Pairs.unit(leaf.stopGradient()).reshape(labels.length, dimension, 1, 1);
        NDArray value =
            loss.loss(leaf, labels, LossState.of(parameters, classes, features, 4, 2000));
        assertThat(value.getShape()).isEqualTo(new Shape());
        beforeBackward.run();
        collector.backward(value);
        for (NDArray parameter : parameters.all().values()) {
          assertThat(parameter.getGradient().getShape()).isEqualTo(parameter.getShape());
        }
        return new Slope(value.getFloat(), leaf.getGradient().toFloatArray());
      }
    }
  }

  @Test
  default void does_not_depend_on_the_length_of_embeddings() {
    float[] values = draw(1);
    float[] scaled = values.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= 0.25f * (1 + i / DIMENSION);
    }
    assertThat(slope(scaled, labels()).loss())
        .isCloseTo(slope(values, labels()).loss(), within(1e-5));
  }

  @Test
  default void the_gradient_is_orthogonal_to_each_embedding() {
    float[] values = draw(2);
    float[] gradient = slope(values, labels()).gradient();
    double largest = 0;
    for (int i = 0; i < SIZE; i++) {
      double dot = 0;
      for (int d = i * DIMENSION; d < (i + 1) * DIMENSION; d++) {
        dot += values[d] * (double) gradient[d];
        largest = Math.max(largest, Math.abs(gradient[d]));
      }
      assertThat(dot).as("sample %d", i).isCloseTo(0, within(1e-5));
    }
    assertThat(largest).isGreaterThan(1e-3);
  }

  @Test
  default void does_not_depend_on_the_order_of_samples() {
    int[] order = new int[SIZE];
    Arrays.setAll(order, i -> i);
    CounterRng.of(3, "order", 0).shuffle(order);
    float[] values = draw(3);
    float[] shuffled = new float[values.length];
    long[] permutedLabels = new long[SIZE];
    for (int i = 0; i < SIZE; i++) {
      System.arraycopy(values, order[i] * DIMENSION, shuffled, i * DIMENSION, DIMENSION);
      permutedLabels[i] = labels()[order[i]];
    }
    Slope straight = slope(values, labels());
    Slope permuted = slope(shuffled, permutedLabels);
    assertThat(permuted.loss()).isCloseTo(straight.loss(), within(1e-5));
    for (int i = 0; i < shuffled.length; i++) {
      assertThat(permuted.gradient()[i])
          .isCloseTo(
              straight.gradient()[order[i / DIMENSION] * DIMENSION + i % DIMENSION], within(1e-5f));
    }
  }

  @Test
  default void depends_on_labels_by_equality_alone() {
    LongUnaryOperator other = l -> -3 * l + (1L << 40);
    long[] renamed = Arrays.stream(labels()).map(other).toArray();
    long[] classes = Arrays.stream(classes(labels())).map(other).toArray();
    assertThat(slope(metricLoss(), () -> {}, draw(4), classes, renamed))
        .usingRecursiveComparison()
        .isEqualTo(slope(draw(4), labels()));
  }

  @Test
  default void is_finite_for_one_sample_one_class_lone_samples_and_zero_embeddings() {
    long[] equal = new long[SIZE];
    long[] lone = new long[SIZE];
    Arrays.setAll(lone, i -> i);
    assertFinite(slope(Arrays.copyOf(draw(5), DIMENSION), 4));
    assertFinite(slope(draw(5), equal));
    assertFinite(slope(draw(5), lone));
    float[] values = draw(5);
    Arrays.fill(values, 0, DIMENSION, 0);
    assertFinite(slope(values, labels()));
    assertFinite(slope(new float[SIZE * DIMENSION], labels()));
  }

  private static void assertFinite(Slope slope) {
    assertThat(slope.loss()).isFinite().isNotNegative();
    for (float g : slope.gradient()) {
      assertThat(g).isFinite();
    }
  }

  @Test
  default void shows_a_value_that_is_not_finite() {
    float[] values = draw(6);
    values[0] = Float.NaN;
    assertThat(slope(values, labels()).loss()).isNaN();
  }

  @Test
  default void the_gradient_survives_a_garbage_collection_before_the_backward_pass() {
    Slope disturbed =
        slope(metricLoss(), FreedMemory::overwrite, draw(8), classes(labels()), labels());
    assertThat(disturbed).usingRecursiveComparison().isEqualTo(slope(draw(8), labels()));
  }

  /** Returns how far embeddings follow the gradient in a step. */
  default float stepLength() {
    return 0.5f;
  }

  /** Returns the share of the loss that may be left after following the gradient. */
  default double left() {
    return 0.7;
  }

  @Test
  default void falls_when_embeddings_follow_the_gradient() {
    float[] values = draw(7);
    double first = slope(values, labels()).loss();
    for (int step = 0; step < 60; step++) {
      float[] gradient = slope(values, labels()).gradient();
      for (int i = 0; i < values.length; i++) {
        values[i] -= stepLength() * gradient[i];
      }
    }
    assertThat(slope(values, labels()).loss()).isLessThan(left() * first);
  }
}
