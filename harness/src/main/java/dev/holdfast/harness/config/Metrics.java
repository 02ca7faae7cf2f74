package dev.holdfast.harness.config;

import dev.holdfast.metrics.MapAtR;
import dev.holdfast.metrics.RecallAtK;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.error.InputException;
import java.util.List;

/** Reads and writes metrics as words: {@code recall@4}, {@code map-at-r}. */
public final class Metrics {

  private static final String RECALL = "recall@";
  private static final List<String> KNOWN = List.of("recall@K", "map-at-r");

  private Metrics() {}

  /**
   * Reads a word.
   *
   * @param owner what to name in the error
   * @throws InputException if it names no metric
   */
  public static RetrievalMetric parse(String word, String owner) {
    if (word.equals("map-at-r")) {
      return new MapAtR();
    }
    if (word.matches(RECALL + "[1-9]\\d{0,8}")) {
      return new RecallAtK(Integer.parseInt(word.substring(RECALL.length())));
    }
    throw InputException.unknown("metric", word, owner, KNOWN);
  }

  /** Returns the word for a metric. */
  public static String word(RetrievalMetric metric) {
    return metric.k().isPresent() ? metric.id() + "@" + metric.k().getAsInt() : metric.id();
  }
}
