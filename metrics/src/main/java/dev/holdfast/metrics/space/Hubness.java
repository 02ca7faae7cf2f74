package dev.holdfast.metrics.space;

import dev.holdfast.metrics.error.InputException;
import java.util.stream.IntStream;

/**
 * Hubness: the skewness of how often each gallery item is among the k nearest of a query
 * (Radovanovic, Nanopoulos, Ivanovic, "Hubs in space", JMLR 2010). 0 where all are found equally
 * often; large where a few items are found by everybody.
 *
 * @param k number of neighbors, at least 1
 */
public record Hubness(int k) implements SpaceMetric {

  /** The k of the paper. */
  public static final int USUAL_K = 10;

  /**
   * @throws InputException if {@code k} is not positive
   */
  public Hubness {
    if (k < 1) {
      throw InputException.of("k", k, "hubness", "be at least 1", "you meant 10");
    }
  }

  @Override
  public String id() {
    return "hubness";
  }

  @Override
  public String description() {
    return "skewness of how often an item is among the 10 nearest";
  }

  @Override
  public String source() {
    return "Radovanovic et al., JMLR 2010";
  }

  @Override
  public double value(EmbeddingSpace space) {
    int[] found = new int[space.gallery().size()];
    for (int[] neighbors : space.neighbors(k)) {
      for (int item : neighbors) {
        found[item]++;
      }
    }
    double mean = IntStream.of(found).average().orElse(Double.NaN);
    double squares = 0;
    double cubes = 0;
    for (int count : found) {
      double difference = count - mean;
      squares += difference * difference;
      cubes += difference * difference * difference;
    }
    double variance = squares / found.length;
    return variance == 0 ? 0 : cubes / found.length / (variance * Math.sqrt(variance));
  }
}
