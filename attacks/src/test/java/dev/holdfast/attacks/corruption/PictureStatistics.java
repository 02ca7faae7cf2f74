package dev.holdfast.attacks.corruption;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The twelve statistics by which randomly corrupted pictures are compared with golden ones. */
final class PictureStatistics {

  private PictureStatistics() {}

  /** Returns the statistics of a corrupted picture against its clean one, by golden name. */
  static Map<String, Double> of(PixelImage clean, PixelImage corrupted) {
    double[] y = doubles(corrupted);
    double[] residual = y.clone();
    for (int i = 0; i < y.length; i++) {
      residual[i] -= clean.values()[i];
    }
    double[] shuffled = y.clone();
    int width = clean.width();
    int area = clean.area();
    Map<String, Double> statistics = new LinkedHashMap<>();
    statistics.put("mean", mean(y));
    statistics.put("std", std(y));
    statistics.put("rmsd", Pictures.rms(clean, corrupted));
    statistics.put("acf_h", neighborCorrelation(y, area, width, 1));
    statistics.put("acf_v", neighborCorrelation(y, area, width, width));
    statistics.put("p05", percentile(shuffled, .05));
    statistics.put("p50", percentile(shuffled, .5));
    statistics.put("p95", percentile(shuffled, .95));
    statistics.put("res_mean", mean(residual));
    statistics.put("res_acf_h", neighborCorrelation(residual, area, width, 1));
    statistics.put("res_acf_v", neighborCorrelation(residual, area, width, width));
    statistics.put("res_xcorr_rg", new Correlation().addAll(residual, area).value());
    return statistics;
  }

  static double[] doubles(PixelImage image) {
    double[] values = new double[image.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = image.values()[i];
    }
    return values;
  }

  static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Returns the standard deviation of a whole population. */
  static double std(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / values.length);
  }

  /** Interpolates linearly between order statistics; changes the order of the values. */
  private static double percentile(double[] values, double fraction) {
    double position = fraction * (values.length - 1);
    int below = (int) position;
    double value = select(values, below);
    double next = value;
    if (below + 1 < values.length) {
      next = Arrays.stream(values, below + 1, values.length).min().orElseThrow();
    }
    return value + (position - below) * (next - value);
  }

  /** Moves the value of a rank to its place, smaller ones before it and larger ones behind. */
  private static double select(double[] values, int rank) {
    int low = 0;
    int high = values.length - 1;
    while (low < high) {
      double pivot = values[(low + high) >>> 1];
      int i = low;
      int j = high;
      while (i <= j) {
        while (values[i] < pivot) {
          i++;
        }
        while (values[j] > pivot) {
          j--;
        }
        if (i <= j) {
          double swapped = values[i];
          values[i++] = values[j];
          values[j--] = swapped;
        }
      }
      if (rank <= j) {
        high = j;
      } else if (rank >= i) {
        low = i;
      } else {
        break;
      }
    }
    return values[rank];
  }

  /** Returns the correlation of pixels with their right or lower neighbor, mean over channels. */
  private static double neighborCorrelation(double[] values, int area, int width, int step) {
    double sum = 0;
    for (int plane = 0; plane < values.length; plane += area) {
      Correlation correlation = new Correlation();
      for (int i = 0; i < area - step; i++) {
        if (step != 1 || (i + 1) % width != 0) {
          correlation.add(values[plane + i], values[plane + i + step]);
        }
      }
      sum += correlation.value();
    }
    return sum * area / values.length;
  }

  /** Pearson's correlation of pairs. The values are of order 1, so plain sums in double do. */
  private static final class Correlation {
    private double n;
    private double a;
    private double b;
    private double aa;
    private double bb;
    private double ab;

    void add(double first, double second) {
      n++;
      a += first;
      b += second;
      aa += first * first;
      bb += second * second;
      ab += first * second;
    }

    /** Adds the first plane against the second. */
    Correlation addAll(double[] planes, int area) {
      for (int i = 0; i < area; i++) {
        add(planes[i], planes[area + i]);
      }
      return this;
    }

    double value() {
      return (ab - a * b / n) / Math.sqrt((aa - a * a / n) * (bb - b * b / n));
    }
  }
}
