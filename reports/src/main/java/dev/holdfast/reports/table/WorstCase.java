package dev.holdfast.reports.table;

import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.ResultRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What the members of a worst case do: a small table of texts.
 *
 * @param heading what the table is of
 * @param columns its headings, the name of the member first
 * @param lines one for each member, in their order, and one for all together
 */
public record WorstCase(String heading, List<String> columns, List<List<String>> lines) {

  private static final String RECALL = "recall";

  /** Copies the lists. */
  public WorstCase {
    columns = List.copyOf(columns);
    lines = lines.stream().map(List::copyOf).toList();
  }

  /** Returns the worst cases of an audit, in their order. */
  public static List<WorstCase> of(Audit audit) {
    Map<List<Object>, List<ResultRow>> cases = new LinkedHashMap<>();
    for (ResultRow row : audit.rows()) {
      if (Metric.of(row).isOfMember()) {
        cases.computeIfAbsent(key(row), k -> new ArrayList<>()).add(row);
      }
    }
    return cases.values().stream().map(rows -> of(rows, audit)).toList();
  }

  private static List<Object> key(ResultRow row) {
    return Arrays.asList(row.perturbation(), row.k(), row.threatHash(), row.setting(), row.seed());
  }

  private static WorstCase of(List<ResultRow> rows, Audit audit) {
    ResultRow first = rows.get(0);
    ResultRow worst =
        audit.rows().stream()
            .filter(row -> row.metric().equals(RECALL) && key(row).equals(key(first)))
            .findFirst()
            .orElse(null);
    boolean ablation = rows.stream().anyMatch(row -> row.metric().equals(Metric.LEFT_ALONE));
    List<List<String>> lines = new ArrayList<>();
    ResultRow forwards = find(rows, null, Metric.SURVIVOR_FORWARDS);
    ResultRow backwards = find(rows, null, Metric.SURVIVOR_BACKWARDS);
    List<String> members =
        rows.stream().map(ResultRow::objective).filter(Objects::nonNull).distinct().toList();
    for (String member : members) {
      Stream<String> texts = Stream.of(member, text(rows, member, Metric.LEFT_BEHIND));
      if (ablation) {
        texts =
            Stream.concat(
                texts,
                Stream.of(
                    text(rows, member, Metric.LEFT_ALONE),
                    text(rows, member, Metric.LEFT_WITHOUT),
                    marginal(rows, member, worst)));
      }
      lines.add(texts.toList());
    }
    String recall = "R@" + first.k();
    return new WorstCase(
        first.perturbation()
            + ", "
            + Labels.strength(first, audit.threatModels())
            + (worst == null ? "" : ": " + recall + " " + figure(worst) + " %")
            + (forwards == null || backwards == null ? "" : withstood(forwards, backwards)),
        ablation
            ? List.of(
                "Member",
                recall + " behind it",
                recall + " it leaves alone",
                recall + " without it",
                "Points that only it takes")
            : List.of("Member", recall + " behind it"),
        lines);
  }

  private static String withstood(ResultRow forwards, ResultRow backwards) {
    return "; survivors have withstood %.0f forward and %.0f backward passes (medians of %d)"
        .formatted(forwards.value(), backwards.value(), forwards.nQueries());
  }

  private static String text(List<ResultRow> rows, String member, String metric) {
    return find(rows, member, metric) == null ? "" : figure(find(rows, member, metric));
  }

  /** What the worst case would be better without a member. */
  private static String marginal(List<ResultRow> rows, String member, ResultRow worst) {
    ResultRow without = find(rows, member, Metric.LEFT_WITHOUT);
    return without == null || worst == null ? "" : Labels.percent(without.value() - worst.value());
  }

  private static ResultRow find(List<ResultRow> rows, String member, String metric) {
    return rows.stream()
        .filter(row -> row.metric().equals(metric) && Objects.equals(row.objective(), member))
        .findFirst()
        .orElse(null);
  }

  private static String figure(ResultRow row) {
    String interval = Metric.RECALL_AT_1.interval(row);
    return Labels.percent(row.value()) + (interval.isEmpty() ? "" : " (" + interval + ")");
  }
}
