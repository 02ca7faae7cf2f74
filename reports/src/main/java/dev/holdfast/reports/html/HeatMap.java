package dev.holdfast.reports.html;

import dev.holdfast.reports.reference.ReferenceModel;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.table.Labels;
import dev.holdfast.reports.table.Metric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Recall@1 under every corruption of one side: lines of corruptions by family, columns of
 * severities. There is one where a corruption was measured at several severities.
 *
 * @param heading what is shown
 * @param severities heads of the columns
 * @param scores heads of the columns of scores against a reference
 * @param lines one for each corruption
 */
record HeatMap(String heading, List<Integer> severities, List<String> scores, List<Line> lines) {

  /**
   * @param first the family, on its first line; else the empty text
   * @param name of the corruption
   * @param cells one for each severity
   * @param mean over the severities
   * @param scores against a reference
   */
  record Line(String first, String name, List<Cell> cells, Cell mean, List<String> scores) {}

  /**
   * @param text recall@1 in percent
   * @param interval its interval
   * @param loss how much of clean recall@1 is lost, in percent: the heat
   */
  record Cell(String text, String interval, String loss) {}

  private static final Cell NOTHING = new Cell("", "", "0");

  static List<HeatMap> of(Audit audit) {
    Map<String, Map<String, List<ResultRow>>> bySide =
        audit.rows().stream()
            .filter(row -> row.kind() == Kind.CORRUPTION && row.severity() != null)
            .filter(row -> Metric.of(row).equals(Metric.RECALL_AT_1))
            .collect(
                Collectors.groupingBy(
                    row -> Objects.requireNonNullElse(row.side(), "query"),
                    LinkedHashMap::new,
                    Collectors.groupingBy(
                        ResultRow::perturbation, LinkedHashMap::new, Collectors.toList())));
    List<HeatMap> maps = new ArrayList<>();
    bySide.forEach(
        (side, corruptions) -> {
          if (corruptions.values().stream().anyMatch(rows -> rows.size() > 1)) {
            maps.add(map(audit, side, corruptions, bySide.size() > 1));
          }
        });
    return maps;
  }

  private static HeatMap map(
      Audit audit, String side, Map<String, List<ResultRow>> corruptions, boolean several) {
    TreeSet<Integer> severities = new TreeSet<>();
    corruptions.values().forEach(rows -> rows.forEach(row -> severities.add(row.severity())));
    List<Metric> scores =
        audit.rows().stream()
            .filter(row -> ReferenceModel.isScore(row) && row.family() != null)
            .map(Metric::of)
            .distinct()
            .toList();
    List<String> families =
        corruptions.values().stream().map(rows -> family(rows.get(0))).distinct().toList();
    List<Line> lines = new ArrayList<>();
    for (String family : families) {
      String first = family;
      for (Map.Entry<String, List<ResultRow>> entry : corruptions.entrySet()) {
        if (family(entry.getValue().get(0)).equals(family)) {
          lines.add(line(audit, side, first, entry.getValue(), severities, scores));
          first = "";
        }
      }
    }
    String whose =
        switch (side) {
          case "query" -> "Corrupted queries";
          case "gallery" -> "Corrupted gallery";
          default -> "Corrupted queries and gallery";
        };
    return new HeatMap(
        several ? whose : "Corruptions",
        List.copyOf(severities),
        scores.stream().map(Metric::label).toList(),
        lines);
  }

  private static String family(ResultRow row) {
    return Objects.requireNonNullElse(row.family(), "other");
  }

  private static Line line(
      Audit audit,
      String side,
      String first,
      List<ResultRow> rows,
      TreeSet<Integer> severities,
      List<Metric> scores) {
    Map<Integer, ResultRow> bySeverity = new TreeMap<>(Comparator.naturalOrder());
    rows.forEach(row -> bySeverity.putIfAbsent(row.severity(), row));
    String name = rows.get(0).perturbation();
    Cell mean =
        audit.rows().stream()
            .filter(row -> row.kind() == Kind.AGGREGATE && row.severity() == null)
            .filter(row -> row.perturbation().equals(name + "-mean"))
            .filter(row -> side.equals(row.side()) && Metric.of(row).equals(Metric.RECALL_AT_1))
            .findFirst()
            .map(HeatMap::cell)
            .orElse(NOTHING);
    List<String> figures =
        scores.stream()
            .map(
                metric ->
                    audit.rows().stream()
                        .filter(ReferenceModel::isScore)
                        .filter(
                            row ->
                                row.perturbation().equals(name + "-mean")
                                    && side.equals(row.side()))
                        .filter(row -> Metric.of(row).equals(metric))
                        .findFirst()
                        .map(row -> Labels.percent(row.value()))
                        .orElse(""))
            .toList();
    return new Line(
        first,
        name,
        severities.stream()
            .map(s -> bySeverity.containsKey(s) ? cell(bySeverity.get(s)) : NOTHING)
            .toList(),
        mean,
        figures);
  }

  private static Cell cell(ResultRow row) {
    double kept = row.relative() == null ? 1 : Math.max(0, Math.min(1, row.relative()));
    return new Cell(
        Labels.percent(row.value()),
        Metric.RECALL_AT_1.interval(row),
        String.format(Locale.ROOT, "%.0f", 100 * (1 - kept)));
  }
}
