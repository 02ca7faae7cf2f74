package dev.holdfast.metrics.space;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Ranks;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.knn.Scope;
import java.util.stream.LongStream;

/**
 * Utilisation: the mean over items of the squared distance to the nearest training embedding
 * (Venkataramanan et al., "It takes two to tango: mixup for deep metric learning", ICLR 2022).
 * Lower means that the training set covers them better. Without training embeddings there is none.
 */
public record Utilization() implements SpaceMetric {

  @Override
  public String id() {
    return "utilisation";
  }

  @Override
  public String description() {
    return "mean squared distance of items to the nearest training item";
  }

  @Override
  public String source() {
    return "Venkataramanan et al., ICLR 2022 (2106.04990)";
  }

  @Override
  public boolean needsDistance(boolean clustered) {
    return true;
  }

  @Override
  public double value(EmbeddingSpace space) {
    if (space.training().isEmpty()) {
      return Double.NaN;
    }
    EmbeddingSet training = space.training().get();
    // Whatever the ids: no training item is a test item.
    EmbeddingSet items = unnamed(space.items(), 0);
    try (ExactSearch search =
        ExactSearch.of(unnamed(training, items.size()), Distance.EUCLIDEAN, space.manager())) {
      double sum = 0;
      for (double nearest :
          search.search(items, new Scope(1, Ranks.NEAR), result -> result.distances()[0])) {
        sum += nearest * nearest;
      }
      return sum / items.size();
    }
  }

  private static EmbeddingSet unnamed(EmbeddingSet set, long firstId) {
    long[] ids = LongStream.range(firstId, firstId + set.size()).toArray();
    return new EmbeddingSet(set.values(), set.dimension(), ids, new long[set.size()]);
  }
}
