package dev.holdfast.harness.config;

import dev.holdfast.metrics.RecallAtK;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.error.InputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of metrics, read and written: {@code recall@4}, {@code map-at-r}. */
public final class MetricNames {

  private static final Pattern WORD = Pattern.compile("([a-z-]+)(?:@([1-9]\\d{0,8}))?");

  private MetricNames() {}

  /** Returns one metric of each kind. */
  public static List<RetrievalMetric> kinds() {
    Map<String, RetrievalMetric> kinds = new LinkedHashMap<>();
    RetrievalMetric.all().forEach(metric -> kinds.putIfAbsent(metric.id(), metric));
    return List.copyOf(kinds.values());
  }

  /** Returns the word for a kind of metric, such as {@code recall@K}. */
  public static String kind(RetrievalMetric metric) {
    return metric.k().isPresent() ? metric.id() + "@K" : metric.id();
  }

  /**
   * Reads a word.
   *
   * @param owner what to name in the error
   * @throws InputException if it names no metric
   */
  public static RetrievalMetric parse(String word, String owner) {
    Matcher parts = WORD.matcher(word);
    if (parts.matches()) {
      for (RetrievalMetric metric : kinds()) {
        boolean hasK = parts.group(2) != null;
        if (metric.id().equals(parts.group(1)) && metric.k().isPresent() == hasK) {
          return hasK ? metric.at(Integer.parseInt(parts.group(2))) : metric;
        }
      }
    }
    throw InputException.unknown(
        "metric", word, owner, kinds().stream().map(MetricNames::kind).toList());
  }

  /** Returns the word for a metric. */
  public static String word(RetrievalMetric metric) {
    return metric.k().isPresent() ? metric.id() + "@" + metric.k().getAsInt() : metric.id();
  }

  /** Returns the word for recall@k. */
  public static String recall(int k) {
    return word(new RecallAtK(k));
  }

  /** Returns a word without its cut-off. */
  public static String name(String word) {
    return word.replaceFirst("@.*", "");
  }

  /** Returns the cut-off of a word, null where it has none. */
  public static Integer cutOff(String word) {
    int at = word.indexOf('@');
    return at < 0 ? null : Integer.valueOf(word.substring(at + 1));
  }
}
