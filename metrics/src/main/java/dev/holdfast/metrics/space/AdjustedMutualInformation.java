package dev.holdfast.metrics.space;

/**
 * Adjusted mutual information of classes and clusters: by how much their mutual information exceeds
 * what clusters of the same sizes drawn at random would have, over the most by which it could, with
 * the arithmetic mean of the entropies (Vinh, Epps, Bailey, "Information theoretic measures for
 * clusterings comparison", JMLR 2010). At most 1; 0 is chance. Larger is better.
 */
public record AdjustedMutualInformation() implements SpaceMetric {

  @Override
  public String id() {
    return "ami";
  }

  @Override
  public String description() {
    return "mutual information of classes and clusters beyond chance";
  }

  @Override
  public String source() {
    return "Vinh et al., JMLR 2010";
  }

  @Override
  public boolean isFraction() {
    return true;
  }

  @Override
  public boolean needsDistance(boolean clustered) {
    return !clustered;
  }

  @Override
  public boolean needsClusters() {
    return true;
  }

  @Override
  public double value(EmbeddingSpace space) {
    return Contingency.of(space.items().labels(), space.clusters()).adjusted();
  }
}
