package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The twelve statistics by which randomly corrupted pictures are compared with golden ones. */
public final class PictureStatistics {

  private static final int BINS = 4096;
  private static final int NO_LINES = Integer.MAX_VALUE;

  private PictureStatistics() {}

  /** Returns the statistics of a corrupted picture against its clean one, by golden name. */
  static Map<String, Double> of(PixelImage clean, PixelImage corrupted) {
    double[] y = doubles(corrupted);
    double[] residual = y.clone();
    for (int i = 0; i < y.length; i++) {
      residual[i] -= clean.values()[i];
    }
    double[] percentiles = percentiles(y, .05, .5, .95);
    int width = clean.width();
    int area = clean.area();
    Map<String, Double> statistics = new LinkedHashMap<>();
    statistics.put("mean", mean(y));
    statistics.put("std", std(y));
    statistics.put("rmsd", Pictures.rms(clean, corrupted));
    statistics.put("acf_h", neighborCorrelation(y, area, width, 1));
    statistics.put("acf_v", neighborCorrelation(y, area, width, width));
    statistics.put("p05", percentiles[0]);
    statistics.put("p50", percentiles[1]);
    statistics.put("p95", percentiles[2]);
    statistics.put("res_mean", mean(residual));
    statistics.put("res_acf_h", neighborCorrelation(residual, area, width, 1));
    statistics.put("res_acf_v", neighborCorrelation(residual, area, width, width));
    statistics.put("res_xcorr_rg", correlation(residual, 0, area, area, NO_LINES));
    return statistics;
  }

  static double[] doubles(PixelImage image) {
    double[] values = new double[image.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = image.values()[i];
    }
    return values;
  }

  public static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Returns the standard deviation of a whole population. */
  public static double std(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / values.length);
  }

  /**
   * Interpolates linearly between order statistics. Bins tell which values have to be sorted: those
   * next to the percentiles.
   *
   * @param fractions ascending
   */
  private static double[] percentiles(double[] values, double... fractions) {
    int[] counts = new int[BINS];
    for (double value : values) {
      counts[bin(value)]++;
    }
    int[] ranks = new int[2 * fractions.length];
    for (int f = 0; f < fractions.length; f++) {
      ranks[2 * f] = (int) (fractions[f] * (values.length - 1));
      ranks[2 * f + 1] = Math.min(ranks[2 * f] + 1, values.length - 1);
    }
    boolean[] wanted = new boolean[BINS];
    int[] skipped = new int[ranks.length];
    for (int r = 0; r < ranks.length; r++) {
      int bin = 0;
      int before = 0;
      for (; before + counts[bin] <= ranks[r]; bin++) {
        before += counts[bin];
        skipped[r] += wanted[bin] ? 0 : counts[bin];
      }
      wanted[bin] = true;
    }
    double[] near = Arrays.stream(values).filter(value -> wanted[bin(value)]).sorted().toArray();
    double[] percentiles = new double[fractions.length];
    for (int f = 0; f < fractions.length; f++) {
      int r = 2 * f;
      double value = near[ranks[r] - skipped[r]];
      double next = near[ranks[r + 1] - skipped[r + 1]];
      double position = fractions[f] * (values.length - 1);
      percentiles[f] = value + (position - ranks[r]) * (next - value);
    }
    return percentiles;
  }

  private static int bin(double value) {
    return Math.max(0, Math.min(BINS - 1, (int) (value * BINS)));
  }

  /** Returns the correlation of pixels with their right or lower neighbor, mean over channels. */
  private static double neighborCorrelation(double[] values, int area, int width, int step) {
    double sum = 0;
    for (int plane = 0; plane < values.length; plane += area) {
      sum += correlation(values, plane, step, area - step, step == 1 ? width : NO_LINES);
    }
    return sum * area / values.length;
  }

  /**
   * Returns Pearson's correlation of values with those a step further. The values are of order 1,
   * so plain sums in double do.
   *
   * @param first index of the first pair
   * @param count number of pairs
   * @param line the last pair of each line of this length is left out
   */
  private static double correlation(double[] values, int first, int step, int count, int line) {
    int n = 0;
    double a = 0;
    double b = 0;
    double aa = 0;
    double bb = 0;
    double ab = 0;
    for (int i = 0; i < count; i++) {
      if ((i + 1) % line != 0) {
        double one = values[first + i];
        double other = values[first + i + step];
        n++;
        a += one;
        b += other;
        aa += one * one;
        bb += other * other;
        ab += one * other;
      }
    }
    return (ab - a * b / n) / Math.sqrt((aa - a * a / n) * (bb - b * b / n));
  }
}
