package dev.holdfast.attacks.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.corruption.PictureStatistics;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DrawsTest {

  private static final int MANY = 1_000_000;

  /** Beyond the wedges and in the tail too: a ziggurat errs there first. */
  @Test
  void normal_numbers_follow_the_normal_distribution() {
    CounterRng rng = CounterRng.of(1, "normal", 0);
    float[] filled = new float[MANY];
    NormalDraws.fill(rng, filled, MANY);
    double[] draws = new double[MANY];
    Arrays.setAll(draws, i -> filled[i]);
    Arrays.sort(draws);
    // The distribution function at 0, 1, 2, 3 and 4, from tables.
    double[] below = {
      .5, .8413447460685429, .9772498680518208, .9986501019683699, .9999683287581669
    };
    for (int x = -4; x <= 4; x++) {
      int found = Arrays.binarySearch(draws, x);
      double share = (found < 0 ? -found - 1 : found) / (double) MANY;
      double expected = x < 0 ? 1 - below[-x] : below[x];
      assertThat(share)
          .as("share below %d", x)
          .isCloseTo(expected, within(4.5 * Math.sqrt(expected * (1 - expected) / MANY)));
    }
    for (int moment = 1; moment <= 4; moment++) {
      int power = moment;
      double mean = Arrays.stream(draws).map(d -> Math.pow(d, power)).sum() / MANY;
      assertThat(mean)
          .as("moment %d", moment)
          .isCloseTo(new double[] {1, 0, 1, 0, 3}[moment], within(.05));
    }
  }

  @Test
  void poisson_numbers_are_the_same_from_the_table_and_from_the_sum() {
    for (double scale : new double[] {3, 60, 500}) {
      PoissonDraws draws = PoissonDraws.scaled(scale);
      CounterRng rng = CounterRng.of(2, "poisson", 0);
      CounterRng same = CounterRng.of(2, "poisson", 0);
      float[] intensities = new float[20_000];
      for (int i = 0; i < intensities.length; i++) {
        intensities[i] = i % 256 / 255f;
      }
      float[] numbers = new float[intensities.length];
      draws.fill(rng, intensities, numbers);
      for (int i = 0; i < numbers.length; i++) {
        assertThat(numbers[i]).isEqualTo(PoissonDraws.sum(same.nextDouble(), draws.mean(i % 256)));
      }
      assertThat(PoissonDraws.sum(Math.nextDown(1.0), scale)).isLessThan((int) (4 * scale + 60));
    }
  }

  @Test
  void poisson_numbers_have_mean_and_variance_of_the_intensity_times_the_scale() {
    for (float intensity : new float[] {.2f, 51 / 255f + .001f, 1}) {
      PoissonDraws draws = PoissonDraws.scaled(12);
      CounterRng rng = CounterRng.of(3, "poisson", 0);
      float[] intensities = new float[200_000];
      Arrays.fill(intensities, intensity);
      float[] filled = new float[intensities.length];
      draws.fill(rng, intensities, filled);
      double[] numbers = new double[filled.length];
      Arrays.setAll(numbers, i -> filled[i]);
      double mean = PictureStatistics.mean(numbers);
      double std = PictureStatistics.std(numbers);
      assertThat(mean).isCloseTo(12 * intensity, within(.05));
      assertThat(std * std).isCloseTo(12 * intensity, within(.15));
    }
  }
}
