package dev.holdfast.reports.table;

import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything measured under one perturbation: a line of the table.
 *
 * @param row one of its rows, for what they share
 * @param strength budget or severity in words; empty where that does not apply
 * @param setting what tells its hyper-parameters from those of lines that read the same; else empty
 * @param values the rows, by metric
 */
public record ResultLine(
    ResultRow row, String strength, String setting, Map<Metric, ResultRow> values) {

  /** Copies the map and keeps its order. */
  public ResultLine {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Returns the lines of an audit in the order of its rows, without aggregates and members. */
  public static List<ResultLine> of(Audit audit) {
    Map<List<Object>, Map<Metric, ResultRow>> cells = new LinkedHashMap<>();
    for (ResultRow row : audit.rows()) {
      if (row.kind() != Kind.AGGREGATE && !Metric.of(row).isOfMember()) {
        List<Object> key = new ArrayList<>(look(row));
        key.add(row.setting());
        key.add(row.threatHash());
        key.add(row.seed());
        cells.computeIfAbsent(key, k -> new LinkedHashMap<>()).put(Metric.of(row), row);
      }
    }
    Map<List<Object>, Set<String>> looks = new HashMap<>();
    cells
        .values()
        .forEach(
            cell ->
                looks
                    .computeIfAbsent(look(first(cell)), l -> new LinkedHashSet<>())
                    .add(SettingLabels.of(first(cell))));
    Map<List<Object>, Map<String, String>> texts = new HashMap<>();
    looks.forEach((look, settings) -> texts.put(look, SettingLabels.apart(settings)));
    return cells.values().stream()
        .map(
            cell -> {
              ResultRow row = first(cell);
              return new ResultLine(
                  row,
                  Labels.strength(row, audit.threatModels()),
                  texts.get(look(row)).get(SettingLabels.of(row)),
                  cell);
            })
        .toList();
  }

  /** Returns everything that tells lines apart and that the table shows. */
  private static List<Object> look(ResultRow row) {
    List<Object> look = new ArrayList<>();
    Collections.addAll(look, row.kind(), row.perturbation(), row.family(), row.objective());
    Collections.addAll(look, row.norm(), row.epsilon(), row.severity(), row.side());
    Collections.addAll(look, row.knowledge(), row.dialect());
    return look;
  }

  private static ResultRow first(Map<Metric, ResultRow> cell) {
    return cell.values().iterator().next();
  }
}
