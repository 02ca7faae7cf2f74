package dev.holdfast.reports.table;

import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.space.SpaceMetric;
import dev.holdfast.reports.result.ResultRow;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A metric at a cut-off: a column of the table.
 *
 * @param id id of the metric, such as {@code recall}
 * @param k cut-off; null where it has none
 */
public record Metric(String id, Integer k) {

  /** Recall@1, which the headline and the curves show. */
  public static final Metric RECALL_AT_1 = new Metric("recall", 1);

  /** Id of the recall@k that is left behind a member of a worst case and all before it. */
  public static final String LEFT_BEHIND = "left-behind";

  /** Id of the recall@k that a member of a worst case leaves alone. */
  public static final String LEFT_ALONE = "left-alone";

  /** Id of the recall@k that the other members of a worst case leave. */
  public static final String LEFT_WITHOUT = "left-without";

  /** Id of the forward passes that a survivor of a worst case has withstood: their median. */
  public static final String SURVIVOR_FORWARDS = "survivor-forwards";

  /** Id of the backward passes that a survivor of a worst case has withstood: their median. */
  public static final String SURVIVOR_BACKWARDS = "survivor-backwards";

  private static final Set<String> OF_MEMBERS = Set.of(LEFT_BEHIND, LEFT_ALONE, LEFT_WITHOUT);

  private static final Set<String> OF_SURVIVORS = Set.of(SURVIVOR_FORWARDS, SURVIVOR_BACKWARDS);

  /** Shares that are no metric of retrieval: of objectives, of films and of corruptions. */
  private static final Set<String> OTHER_SHARES =
      Set.of(
          "candidate-rank",
          "kept-rank",
          "kept",
          "flip-rate",
          "class-flip-rate",
          "ce",
          "relative-ce",
          "mce",
          "relative-mce",
          "ce-map-at-r",
          "relative-ce-map-at-r",
          "mce-map-at-r",
          "relative-mce-map-at-r");

  private static final Set<String> FRACTIONS =
      Stream.of(
              // Each of these is in [0,1] by its contract: a new one is shown in percent unasked.
              RetrievalMetric.all().stream().map(RetrievalMetric::id),
              SpaceMetric.all().stream().filter(SpaceMetric::isFraction).map(SpaceMetric::id),
              OTHER_SHARES.stream(),
              OF_MEMBERS.stream())
          .flatMap(ids -> ids)
          .collect(Collectors.toUnmodifiableSet());

  /** Returns the metric of a row. */
  public static Metric of(ResultRow row) {
    return new Metric(row.metric(), row.k());
  }

  /** Returns the metrics of the rows: recall first, by k, then the others as they come. */
  public static List<Metric> columns(List<ResultLine> lines) {
    List<Metric> seen =
        lines.stream().flatMap(line -> line.values().keySet().stream()).distinct().toList();
    List<Metric> recall =
        seen.stream()
            .filter(m -> m.id.equals("recall") && m.k != null)
            .sorted(Comparator.comparing(Metric::k))
            .toList();
    return Stream.concat(recall.stream(), seen.stream().filter(m -> !recall.contains(m))).toList();
  }

  /** Returns the usual short name: R@1, MAP@R. */
  public String label() {
    return switch (id) {
      case "recall" -> "R@" + k;
      case "precision" -> "P@" + k;
      case "map-at-r" -> "MAP@R";
      case "r-precision" -> "R-precision";
      case "ce" -> "CE";
      case "mce" -> "mCE";
      case "relative-ce" -> "relative CE";
      case "relative-mce" -> "relative mCE";
      case "ce-map-at-r" -> "CE of MAP@R";
      case "mce-map-at-r" -> "mCE of MAP@R";
      case "relative-ce-map-at-r" -> "relative CE of MAP@R";
      case "relative-mce-map-at-r" -> "relative mCE of MAP@R";
      case "map", "mrr", "nmi", "ami", "ers" -> id.toUpperCase(Locale.ROOT);
      default -> k == null ? id : id + "@" + k;
    };
  }

  /**
   * Returns whether values are fractions, mostly in [0,1], which are shown in percent. Whoever
   * shows a value asks here.
   */
  public boolean isFraction() {
    return FRACTIONS.contains(id);
  }

  /** Returns what readers see of a value: fractions in percent, the rest as it is. */
  public double shown(double value) {
    return isFraction() ? 100 * value : value;
  }

  /**
   * Tells whether this is a value of a member or of the survivors of a worst case, which has a
   * table of its own.
   */
  public boolean isOfMember() {
    return OF_MEMBERS.contains(id) || OF_SURVIVORS.contains(id);
  }

  /** Returns the value of a row for readers: percent for fractions, four digits for the rest. */
  public String text(double value) {
    return isFraction() ? Labels.percent(value) : Labels.plain(value);
  }

  /** Returns the interval of a row for readers; the empty text where there is none. */
  public String interval(ResultRow row) {
    boolean known = Double.isFinite(row.ciLow()) && Double.isFinite(row.ciHigh());
    String interval = known ? text(row.ciLow()) + "–" + text(row.ciHigh()) : "";
    return row.drawSd() == null ? interval : interval + ", sd of draws " + text(row.drawSd());
  }
}
