package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.random.CounterRng;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class SpectralDecayTest implements SpaceMetricContract {

  @Override
  public SpaceMetric metric() {
    return new SpectralDecay(1, false, false);
  }

  @Test
  void is_zero_for_a_flat_spectrum_behind_the_largest() {
    EmbeddingSet set = set(3, new long[4], 9, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0);

    assertThat(value(set)).isCloseTo(0, within(1e-12));
    assertThat(new SpectralDecay(0, false, false).definition()).isEqualTo("drop0_u_p");
  }

  @Test
  void is_the_divergence_in_each_direction_and_cut() {
    // Singular values 8, 4, 2, 1.
    EmbeddingSet set = set(4, new long[4], 0, 8, 0, 0, 4, 0, 0, 0, 0, 0, 0, 2, 0, 0, -1, 0);
    for (SpectralDecay decay : SpectralDecay.definitions()) {
      double[] all = {8, 4, 2, 1};
      int last = decay.withoutSmallest() ? 3 : 4;
      double sum = 0;
      for (int i = decay.largest(); i < last; i++) {
        sum += all[i];
      }
      double expected = 0;
      int count = last - decay.largest();
      for (int i = decay.largest(); i < last; i++) {
        double p = all[i] / sum;
        double u = 1.0 / count;
        expected += decay.reversed() ? p * Math.log(p / u) : u * Math.log(u / p);
      }
      try (NDManager manager = NDManager.newBaseManager()) {
        double value = decay.value(EmbeddingSpace.of(set, Distance.EUCLIDEAN, 1, manager));
        assertThat(value)
            .as(decay.definition())
            .isCloseTo(count > 0 ? expected : Double.NaN, within(1e-12));
      }
    }
    assertThat(SpectralDecay.definitions()).hasSize(12).startsWith(SpectralDecay.usual());
  }

  @Test
  void is_infinite_where_a_dimension_is_not_used() {
    EmbeddingSet set = set(3, new long[4], 1, 2, 0, 3, 1, 0, -1, 1, 0, 2, 2, 0);

    assertThat(value(set)).isInfinite();
    assertThat(SingularValues.of(set)).hasSize(3).endsWith(0);
  }

  @Test
  void finds_the_eigenvalues_of_a_matrix_that_is_known() {
    // 2 on the diagonal and -1 beside it: 2 - 2 cos(k pi / (n + 1)).
    int n = 40;
    double[][] matrix = new double[n][n];
    CounterRng random = CounterRng.of(1, "turns", 0);
    for (int i = 0; i < n; i++) {
      matrix[i][i] = 2;
      if (i > 0) {
        matrix[i][i - 1] = -1;
        matrix[i - 1][i] = -1;
      }
    }
    for (int turn = 0; turn < 500; turn++) {
      int i = random.nextInt(n);
      int j = (i + 1 + random.nextInt(n - 1)) % n;
      rotate(matrix, i, j, random.nextDouble(0, 7));
    }

    double[] eigenvalues = SingularValues.eigenvalues(matrix);

    for (int k = 0; k < n; k++) {
      assertThat(eigenvalues[k])
          .isCloseTo(2 - 2 * Math.cos((k + 1) * Math.PI / (n + 1)), within(1e-13));
    }
  }

  private static void rotate(double[][] matrix, int i, int j, double angle) {
    double c = Math.cos(angle);
    double s = Math.sin(angle);
    for (double[] row : matrix) {
      double x = row[i];
      row[i] = c * x + s * row[j];
      row[j] = c * row[j] - s * x;
    }
    for (int k = 0; k < matrix.length; k++) {
      double x = matrix[i][k];
      matrix[i][k] = c * x + s * matrix[j][k];
      matrix[j][k] = c * matrix[j][k] - s * x;
    }
  }

  private static EmbeddingSet set(int dimension, long[] labels, float... values) {
    return new EmbeddingSet(
        values, dimension, LongStream.range(0, labels.length).toArray(), labels);
  }
}
