package dev.holdfast.metrics.space;

/**
 * Alignment: the mean over pairs of different items of one class of the squared distance between
 * their embeddings, normalised (Wang, Isola, "Understanding contrastive representation learning
 * through alignment and uniformity on the hypersphere", ICML 2020, with alpha = 2). In [0, 4];
 * smaller is better.
 */
public record Alignment() implements SpaceMetric {

  @Override
  public String id() {
    return "alignment";
  }

  @Override
  public String description() {
    return "mean squared distance between items of a class, normalised";
  }

  @Override
  public String source() {
    return "Wang and Isola, ICML 2020 (2005.10242)";
  }

  @Override
  public boolean needsDistance(boolean clustered) {
    return true;
  }

  @Override
  public double value(EmbeddingSpace space) {
    UnitRows rows = new UnitRows(space.items());
    double sum = 0;
    double pairs = 0;
    for (int[] members : space.classes()) {
      double[] total = new double[space.items().dimension()];
      double own = 0;
      for (int row : members) {
        own += rows.addTo(total, row);
      }
      // Over unordered pairs, the squared distances add up to n sum |x|^2 - |sum x|^2.
      sum += members.length * own - UnitRows.square(total);
      pairs += members.length * (members.length - 1) / 2.0;
    }
    return sum / pairs;
  }
}
