package dev.holdfast.attacks.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.Vectors;
import dev.holdfast.metrics.random.CounterRng;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearestPointQpTest {

  @Test
  void one_half_space_is_met_at_right_angles() {
    NearestPointQp.Nearest nearest =
        new NearestPointQp(new double[][] {{3, 4}}, new double[] {10}, new double[] {5, 5})
            .nearest(Double.POSITIVE_INFINITY);
    assertThat(nearest.upper()).isCloseTo(2, within(1e-12));
    assertThat(nearest.point()[0]).isCloseTo(1.2, within(1e-12));
    assertThat(nearest.point()[1]).isCloseTo(1.6, within(1e-12));
  }

  @Test
  void a_corner_is_found_where_one_half_space_alone_would_lead_out_of_the_other() {
    // x >= 1 and y >= 1 and x + y >= 1.9: the last one touches nothing.
    NearestPointQp.Nearest nearest =
        new NearestPointQp(
                new double[][] {{1, 1}, {1, 0}, {0, 1}},
                new double[] {1.9, 1, 1},
                new double[] {3, 3})
            .nearest(Double.POSITIVE_INFINITY);
    assertThat(nearest.upper()).isCloseTo(Math.sqrt(2), within(1e-12));
    assertThat(nearest.lower()).isCloseTo(Math.sqrt(2), within(1e-12));
  }

  @Test
  void the_origin_inside_needs_no_move() {
    NearestPointQp.Nearest nearest =
        new NearestPointQp(
                new double[][] {{1, 0}, {0, 0}}, new double[] {-1, 0}, new double[] {1, 0})
            .nearest(Double.POSITIVE_INFINITY);
    assertThat(nearest.upper()).isZero();
    assertThat(nearest.lower()).isZero();
  }

  @Test
  void both_ends_of_the_certificate_meet_at_the_result_of_another_method() {
    for (int seed = 0; seed < 300; seed++) {
      Problem problem = Problem.random(seed);
      NearestPointQp.Nearest nearest = problem.halfSpaces().nearest(Double.POSITIVE_INFINITY);
      double scale = Math.sqrt(Vectors.dot(problem.inside(), problem.inside()));
      assertThat(nearest.upper() - nearest.lower())
          .as("problem %d", seed)
          .isBetween(-1e-9 * scale, 1e-8 * scale);
      assertThat(nearest.upper()).as("problem %d", seed).isCloseTo(hildreth(problem), within(1e-5));
      for (int i = 0; i < problem.offsets().length; i++) {
        assertThat(Vectors.dot(problem.normals()[i], nearest.point()))
            .isGreaterThanOrEqualTo(problem.offsets()[i] - 1e-9 * scale);
      }
    }
  }

  @Test
  void a_cutoff_below_the_result_ends_the_search_and_one_above_changes_nothing() {
    int ended = 0;
    for (int seed = 0; seed < 50; seed++) {
      Problem problem = Problem.random(seed);
      double length = problem.halfSpaces().nearest(Double.POSITIVE_INFINITY).upper();
      assertThat(problem.halfSpaces().nearest(length * 1.001 + 1e-9).upper()).isEqualTo(length);
      NearestPointQp.Nearest cut = problem.halfSpaces().nearest(0.999 * length);
      if (length > 0) {
        assertThat(cut.point()).isNull();
        assertThat(cut.lower()).isBetween(0.999 * length, 1.000001 * length);
        ended++;
      }
    }
    assertThat(ended).isGreaterThan(30);
  }

  /**
   * Hildreth's method: one multiplier at a time, as far as it helps. Slow, and nothing can go
   * wrong.
   */
  private static double hildreth(Problem problem) {
    int n = problem.offsets().length;
    double[] multipliers = new double[n];
    double[] w = new double[problem.inside().length];
    for (int sweep = 0; sweep < 20_000; sweep++) {
      double change = 0;
      for (int i = 0; i < n; i++) {
        double[] a = problem.normals()[i];
        double squared = Vectors.dot(a, a);
        if (squared > 0) {
          double step = (problem.offsets()[i] - Vectors.dot(a, w)) / squared;
          double next = Math.max(0, multipliers[i] + step);
          for (int d = 0; d < w.length; d++) {
            w[d] += (next - multipliers[i]) * a[d];
          }
          change = Math.max(change, Math.abs(next - multipliers[i]) * Math.sqrt(squared));
          multipliers[i] = next;
        }
      }
      if (change < 1e-12) {
        break;
      }
    }
    return Math.sqrt(Vectors.dot(w, w));
  }

  /** Bisectors between one point and others, as they come up around embeddings. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Problem(double[][] normals, double[] offsets, double[] inside) {

    static Problem random(int seed) {
      CounterRng rng = CounterRng.of(seed, "half spaces", 0);
      int dimension = 1 + rng.nextInt(12);
      int count = 1 + rng.nextInt(25);
      double[] inside =
          IntStream.range(0, dimension).mapToDouble(d -> rng.nextGaussian()).toArray();
      double[][] normals = new double[count][];
      double[] offsets = new double[count];
      double[][] points = new double[count][dimension];
      for (int i = 0; i < count; i++) {
        // Copies, and points on a line: normals that depend on each other.
        boolean copy = i > 0 && rng.nextInt(4) == 0;
        double stretch = rng.nextInt(2) == 0 ? 1 : 0.5;
        for (int d = 0; d < dimension; d++) {
          points[i][d] = copy ? stretch * points[i - 1][d] : rng.nextGaussian();
        }
        normals[i] = new double[dimension];
        for (int d = 0; d < dimension; d++) {
          normals[i][d] = inside[d] - points[i][d];
        }
        offsets[i] = (Vectors.dot(inside, inside) - Vectors.dot(points[i], points[i])) / 2;
      }
      return new Problem(normals, offsets, inside);
    }

    NearestPointQp halfSpaces() {
      return new NearestPointQp(normals, offsets, inside);
    }
  }
}
