package dev.holdfast.metrics.stats;

/** Quantiles of a sample, by the two definitions that are used here. */
public final class Quantile {

  private Quantile() {}

  /**
   * Returns a quantile, interpolated linearly between the two neighboring order statistics
   * (definition 7 of Hyndman and Fan, "Sample quantiles in statistical packages", The American
   * Statistician 1996).
   *
   * @param sorted at least one value, ascending
   * @param share from 0 (the smallest value) to 1 (the largest)
   */
  public static double interpolated(double[] sorted, double share) {
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  /**
   * Returns a value of the sample itself: the smallest that more than {@code share} of the values
   * do not exceed, or the largest value. Infinite values may be among them.
   *
   * @param sorted ascending
   * @param share from 0 to 1
   * @return NaN if there is no value
   */
  public static double observed(double[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
  }
}
