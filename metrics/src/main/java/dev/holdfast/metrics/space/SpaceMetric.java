package dev.holdfast.metrics.space;

import java.util.List;
import java.util.stream.Stream;

/** One number for a whole set of embeddings. What is better, if anything, the metric says. */
public sealed interface SpaceMetric
    permits NormalizedMutualInformation,
        AdjustedMutualInformation,
        DensityRatio,
        SpectralDecay,
        Alignment,
        Uniformity,
        Hubness,
        Utilization,
        MeanCosine,
        EffectiveRank {

  /** Returns the name in kebab-case. */
  String id();

  /** Returns what the number says, in a few words. */
  String description();

  /** Returns the paper that defines it. */
  String source();

  /** Returns whether values are fractions that readers expect in percent. */
  default boolean isFraction() {
    return false;
  }

  /**
   * Tells whether it needs a distance in the proper sense, which the inner product is not.
   *
   * @param clustered whether clusters are given, or have to be found
   */
  default boolean needsDistance(boolean clustered) {
    return false;
  }

  /** Returns whether it compares classes with clusters. */
  default boolean needsClusters() {
    return false;
  }

  /** Returns the value; NaN where the set has none, such as a mean over no pairs. */
  double value(EmbeddingSpace space);

  /** Returns all of them, in the order of reports. */
  static List<SpaceMetric> all() {
    return Stream.<Stream<? extends SpaceMetric>>of(
            Stream.of(
                new NormalizedMutualInformation(),
                new AdjustedMutualInformation(),
                new DensityRatio()),
            SpectralDecay.definitions().stream(),
            Stream.of(
                new Alignment(),
                new Uniformity(),
                new Hubness(Hubness.USUAL_K),
                new Utilization(),
                new MeanCosine(),
                new EffectiveRank()))
        .<SpaceMetric>flatMap(metrics -> metrics)
        .toList();
  }
}
