package dev.holdfast.metrics.space;

import dev.holdfast.metrics.EmbeddingSet;

/**
 * Embedding density, pi_intra / pi_inter: the mean over classes of the mean cosine distance between
 * items of the class, over the mean cosine distance between the means of classes, as they are and
 * then normalised (Roth et al., "Revisiting training strategies and generalization performance in
 * deep metric learning", ICML 2020). A class with one item has no distance of its own and is left
 * out of the first mean; it counts in the second.
 */
public record DensityRatio() implements SpaceMetric {

  @Override
  public String id() {
    return "density-ratio";
  }

  @Override
  public String description() {
    return "mean distance within classes over mean distance between their means (cosine; classes of one item skipped above)";
  }

  @Override
  public String source() {
    return "Roth et al., ICML 2020 (2002.08473)";
  }

  @Override
  public boolean needsDistance(boolean clustered) {
    return true;
  }

  @Override
  public double value(EmbeddingSpace space) {
    UnitRows rows = new UnitRows(space.items());
    double within = 0;
    int several = 0;
    double[] sum = new double[space.items().dimension()];
    double own = 0;
    for (int[] members : space.classes()) {
      if (members.length > 1) {
        within += 1 - rows.meanCosine(members);
        several++;
      }
      own += addUnitMean(space.items(), members, sum);
    }
    int classes = space.classes().size();
    double between = 1 - (UnitRows.square(sum) - own) / ((double) classes * (classes - 1));
    return within / several / between;
  }

  /** Adds the direction of the mean of some rows, and returns the square of its length, 1 or 0. */
  private static double addUnitMean(EmbeddingSet set, int[] rows, double[] sum) {
    int dimension = set.dimension();
    double[] mean = new double[dimension];
    for (int row : rows) {
      for (int i = 0; i < dimension; i++) {
        mean[i] += set.values()[row * dimension + i];
      }
    }
    double length = Math.sqrt(UnitRows.square(mean));
    double own = 0;
    for (int i = 0; i < dimension && length > 0; i++) {
      double value = mean[i] / length;
      sum[i] += value;
      own += value * value;
    }
    return own;
  }
}
