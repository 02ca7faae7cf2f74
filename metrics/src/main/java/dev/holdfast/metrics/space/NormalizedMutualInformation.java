package dev.holdfast.metrics.space;

/**
 * Normalised mutual information of classes and clusters: their mutual information over the mean of
 * their entropies, in [0, 1]. Larger is better. 0 where the clusters say nothing, 1 where there is
 * one class and one cluster.
 *
 * <p>Arithmetic mean, as scikit-learn computes it since 0.22; older tables have the geometric one.
 * Manning, Raghavan, Schuetze, "Introduction to information retrieval", 2008, section 16.3.
 */
public record NormalizedMutualInformation() implements SpaceMetric {

  @Override
  public String id() {
    return "nmi";
  }

  @Override
  public String description() {
    return "normalised mutual information of classes and clusters, arithmetic mean of entropies";
  }

  @Override
  public String source() {
    return "Manning et al. 2008, section 16.3";
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
    return Contingency.of(space.items().labels(), space.clusters()).normalized();
  }
}
