package dev.holdfast.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class MixBatchNormTest {

  private static final int CHANNELS = 3;
  private static final int ROW = CHANNELS * 2 * 2;

  /** Two clean images, then three and four of other kinds. */
  private static final int[] SIZES = {2, 3, 4};

  private NDManager manager;
  private Weights weights;

  @BeforeEach
  void draw() {
    manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    weights = new Weights(manager);
    for (ArraySpec spec : MixBatchNorm.arrays("bn", CHANNELS)) {
      float base = (float) spec.size();
      weights.put(spec.name(), new float[] {base + 0.1f, base + 0.2f, base + 0.3f}, spec.shape());
    }
    weights.addBranches(3, false);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static Route mix(Route.Statistics statistics) {
    return new Route(
        List.of(
            new Route.Part(Branch.MAIN, SIZES[0], statistics),
            new Route.Part(Branch.AUX1, SIZES[1], statistics),
            new Route.Part(Branch.AUX2, SIZES[2], statistics)));
  }

  private static float[] images(long seed) {
    CounterRng rng = CounterRng.of(seed, "images", 0);
    float[] values = new float[Arrays.stream(SIZES).sum() * ROW];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.nextGaussian();
    }
    return values;
  }

  private float[] run(float[] values, Route route) {
    NDArray x = manager.create(values, new Shape(values.length / ROW, CHANNELS, 2, 2));
    return MixBatchNorm.apply(weights, "bn", x, route).toFloatArray();
  }

  private Map<String, float[]> snapshot() {
    Map<String, float[]> copy = new TreeMap<>();
    weights.all().forEach((name, array) -> copy.put(name, array.toFloatArray()));
    return copy;
  }

  private static float[] part(float[] values, int index) {
    int from = Arrays.stream(SIZES, 0, index).sum() * ROW;
    return Arrays.copyOfRange(values, from, from + SIZES[index] * ROW);
  }

  @Test
  void rows_of_one_part_change_neither_outputs_nor_statistics_of_the_others() {
    for (int changed = 0; changed < 3; changed++) {
      close();
      draw();
      float[] before = run(images(1), mix(Route.Statistics.BATCH));
      Map<String, float[]> statistics = snapshot();
      close();
      draw();
      float[] other = images(1);
      int from = Arrays.stream(SIZES, 0, changed).sum() * ROW;
      System.arraycopy(images(2), from, other, from, SIZES[changed] * ROW);
      float[] after = run(other, mix(Route.Statistics.BATCH));
      for (int p = 0; p < 3; p++) {
        if (p == changed) {
          assertThat(part(after, p)).isNotEqualTo(part(before, p));
        } else {
          assertThat(part(after, p)).isEqualTo(part(before, p));
        }
        String mean = Branch.values()[p].name("bn", "running_mean");
        if (p == changed) {
          assertThat(snapshot().get(mean)).isNotEqualTo(statistics.get(mean));
        } else {
          assertThat(snapshot().get(mean)).isEqualTo(statistics.get(mean));
        }
      }
    }
  }

  @Test
  void each_part_is_normalized_by_its_own_mean_and_variance_as_pytorch_does() {
    float[] values = images(3);
    float[] out = run(values, mix(Route.Statistics.BATCH));
    Map<String, float[]> after = snapshot();
    for (int p = 0; p < 3; p++) {
      float[] in = part(values, p);
      float[] actual = part(out, p);
      for (int c = 0; c < CHANNELS; c++) {
        int n = SIZES[p] * 4;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < in.length; i++) {
          if (i / 4 % CHANNELS == c) {
            sum += in[i];
            squares += in[i] * (double) in[i];
          }
        }
        double mean = sum / n;
        double variance = squares / n - mean * mean;
        float offset = 0.1f * (c + 1);
        int first = c * 4;
        double expected = (in[first] - mean) / Math.sqrt(variance + 1e-5) * (1 + offset) + offset;
        assertThat((double) actual[first]).isCloseTo(expected, within(1e-5));
        String name = Branch.values()[p].name("bn", "running_mean");
        assertThat((double) after.get(name)[c]).isCloseTo(0.9 * offset + 0.1 * mean, within(1e-6));
        name = Branch.values()[p].name("bn", "running_var");
        // The running variance is the unbiased one.
        assertThat((double) after.get(name)[c])
            .isCloseTo(0.9 * (1 + offset) + 0.1 * variance * n / (n - 1), within(1e-5));
      }
    }
  }

  @Test
  void evaluation_does_not_depend_on_auxiliary_branches_and_leaves_no_trace() {
    Map<String, float[]> before = snapshot();
    float[] expected = run(images(4), Route.evaluation(Branch.MAIN));
    assertThat(snapshot()).usingRecursiveComparison().isEqualTo(before);
    for (String name : List.copyOf(weights.all().keySet())) {
      if (Branch.isAuxiliary(name)) {
        weights.put(name, new float[] {9, 9, 9}, new Shape(3));
      }
    }
    assertThat(run(images(4), Route.evaluation(Branch.MAIN))).isEqualTo(expected);
  }

  @Test
  void statistics_of_the_batch_can_be_used_without_a_trace() {
    Map<String, float[]> before = snapshot();
    float[] silent = run(images(5), mix(Route.Statistics.BATCH_WITHOUT_TRACE));
    assertThat(snapshot()).usingRecursiveComparison().isEqualTo(before);
    assertThat(run(images(5), mix(Route.Statistics.BATCH))).isEqualTo(silent);
  }

  @Test
  void auxiliary_branches_start_as_copies_or_with_fresh_statistics() {
    assertThat(snapshot().get("bn.aux2.running_mean")).isEqualTo(snapshot().get("bn.running_mean"));
    assertThat(snapshot().get("bn.aux1.weight")).isEqualTo(snapshot().get("bn.weight"));
    weights.addBranches(3, true);
    assertThat(snapshot().get("bn.aux1.running_mean")).containsOnly(0);
    assertThat(snapshot().get("bn.aux1.running_var")).containsOnly(1);
    assertThat(snapshot().get("bn.aux1.weight")).isEqualTo(snapshot().get("bn.weight"));
  }

  @Test
  void a_route_of_another_length_or_with_a_missing_branch_is_refused() {
    assertThatThrownBy(() -> run(new float[2 * ROW], mix(Route.Statistics.BATCH)))
        .hasMessageContaining("The route has 9 rows, and the batch 2.");
    assertThatThrownBy(() -> run(images(1), Route.evaluation(Branch.AUX3)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("bn.aux3.running_mean");
  }
}
