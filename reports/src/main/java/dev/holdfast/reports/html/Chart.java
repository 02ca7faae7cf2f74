package dev.holdfast.reports.html;

import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.study.StudyTable;
import dev.holdfast.reports.table.Labels;
import dev.holdfast.reports.table.Metric;
import dev.holdfast.reports.table.ResultLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Curves of recall@1 against the strength of perturbations. Every curve starts at strength 0 with
 * the clean value.
 *
 * @param id id of its element
 * @param heading what is drawn
 * @param axis name of the horizontal axis
 * @param binary whether the strengths are linf budgets in units of 1/255, mostly powers of 2
 * @param end where the horizontal axis ends; null for where the curves do
 * @param series the curves
 */
record Chart(
    String id, String heading, String axis, boolean binary, Integer end, List<Series> series) {

  private static final int STRONGEST = 5;

  /**
   * @param name what the legend calls it
   * @param points by rising strength
   */
  record Series(String name, List<Point> points) {}

  /**
   * @param x strength
   * @param y recall@1, a fraction
   * @param low lower end of its interval, may be NaN
   * @param high upper end of its interval, may be NaN
   * @param text the value and its interval for readers
   */
  record Point(double x, double y, double low, double high, String text) {

    static Point of(double x, ResultRow row) {
      String interval = Metric.RECALL_AT_1.interval(row);
      String text =
          Labels.percent(row.value()) + " %" + (interval.isEmpty() ? "" : " (" + interval + ")");
      return new Point(x, row.value(), row.ciLow(), row.ciHigh(), text);
    }
  }

  /** Returns the charts of an audit: one per norm, one per family of corruptions. */
  static List<Chart> of(Audit audit) {
    List<ResultRow> rows =
        ResultLine.of(audit).stream()
            .map(line -> line.values().get(Metric.RECALL_AT_1))
            .filter(row -> row != null && Double.isFinite(row.value()))
            .toList();
    ResultRow clean =
        rows.stream().filter(row -> row.kind() == Kind.CLEAN).findFirst().orElse(null);
    List<Chart> charts = new ArrayList<>();
    Map<String, List<ResultRow>> byNorm =
        rows.stream()
            .filter(row -> row.kind() == Kind.ATTACK && row.norm() != null && row.epsilon() != null)
            .collect(
                Collectors.groupingBy(ResultRow::norm, LinkedHashMap::new, Collectors.toList()));
    byNorm.forEach(
        (norm, attacks) -> {
          boolean linf = norm.equals("linf");
          charts.add(
              new Chart(
                  "chart-" + (charts.size() + 1),
                  norm.equals("patch") ? "Patches" : "Attacks within " + norm,
                  axis(attacks.get(0)),
                  linf,
                  null,
                  series(attacks, clean, row -> row.epsilon() * (linf ? 255 : 1))));
        });
    Map<String, List<ResultRow>> byFamily =
        rows.stream()
            .filter(row -> row.kind() == Kind.CORRUPTION && row.severity() != null)
            .collect(
                Collectors.groupingBy(
                    row -> Objects.requireNonNullElse(row.family(), "other"),
                    LinkedHashMap::new,
                    Collectors.toList()));
    List<Series> families = families(audit, byFamily, clean);
    if (families.size() > 1) {
      charts.add(
          new Chart(
              "chart-" + (charts.size() + 1),
              "Corruptions: mean of each family",
              "severity",
              false,
              STRONGEST,
              families));
    }
    byFamily.forEach(
        (family, corruptions) ->
            charts.add(
                new Chart(
                    "chart-" + (charts.size() + 1),
                    "Corruptions: " + family,
                    "severity",
                    false,
                    STRONGEST,
                    series(corruptions, clean, ResultRow::severity))));
    return charts;
  }

  /**
   * Returns the charts of a study: one for each perturbation that was measured at several
   * strengths, with a curve of means for each method. An interval is from the least to the greatest
   * seed.
   */
  static List<Chart> of(StudyTable table) {
    List<StudyTable.Row> rows =
        table.rows(Metric.RECALL_AT_1).stream().filter(r -> ofQueries(r.sample())).toList();
    Map<Integer, Map<String, StudyTable.Cell>> clean = new HashMap<>();
    Map<List<Object>, TreeMap<Double, Map<String, StudyTable.Cell>>> strengths =
        new LinkedHashMap<>();
    Map<List<Object>, StudyTable.Row> samples = new LinkedHashMap<>();
    boolean alone = rows.stream().map(StudyTable.Row::queries).distinct().count() == 1;
    for (StudyTable.Row row : rows) {
      ResultRow sample = row.sample();
      if (sample.kind() == Kind.CLEAN) {
        clean.put(row.queries(), row.cells());
      } else if (sample.kind() != Kind.AGGREGATE
          && (sample.epsilon() != null || sample.severity() != null)) {
        // Rows that differ in a hyper-parameter alone may meet at one strength: a chart for each.
        int copy = 1;
        while (strengths
            .computeIfAbsent(look(row, alone, copy), k -> new TreeMap<>())
            .containsKey(strength(sample))) {
          copy++;
        }
        samples.putIfAbsent(look(row, alone, copy), row);
        strengths.get(look(row, alone, copy)).put(strength(sample), row.cells());
      }
    }
    List<Chart> charts = new ArrayList<>();
    strengths.forEach(
        (look, cells) -> {
          if (cells.size() > 1) {
            cells.put(0.0, clean.getOrDefault(samples.get(look).queries(), Map.of()));
            ResultRow sample = samples.get(look).sample();
            boolean linf = "linf".equals(sample.norm());
            charts.add(
                new Chart(
                    "chart-" + (charts.size() + 1),
                    name(look, strengths.keySet()),
                    axis(sample),
                    linf,
                    sample.severity() != null ? STRONGEST : null,
                    table.methods().stream()
                        .map(method -> new Series(method, points(cells, method)))
                        .filter(series -> !series.points().isEmpty())
                        .toList()));
          }
        });
    return charts;
  }

  private static List<Object> look(StudyTable.Row row, boolean alone, int copy) {
    List<Object> look = new ArrayList<>(key(row.sample(), copy));
    look.add(alone ? null : row.queries() + " queries");
    return look;
  }

  private static String axis(ResultRow row) {
    return row.severity() != null
        ? "severity"
        : switch (row.norm()) {
          case "linf" -> "epsilon × 255";
          case "patch" -> "share of the image";
          default -> "epsilon";
        };
  }

  private static double strength(ResultRow row) {
    return row.severity() != null
        ? row.severity()
        : row.epsilon() * ("linf".equals(row.norm()) ? 255 : 1);
  }

  private static List<Point> points(
      TreeMap<Double, Map<String, StudyTable.Cell>> cells, String method) {
    List<Point> points = new ArrayList<>();
    cells.forEach(
        (x, byMethod) -> {
          StudyTable.Cell cell = byMethod.get(method);
          if (cell != null) {
            double low = Collections.min(cell.values());
            double high = Collections.max(cell.values());
            points.add(
                new Point(
                    x,
                    cell.mean(),
                    low,
                    high,
                    "%s %% (%s–%s)"
                        .formatted(
                            Labels.percent(cell.mean()),
                            Labels.percent(low),
                            Labels.percent(high))));
          }
        });
    return List.copyOf(points);
  }

  /**
   * Returns the mean over the corrupted queries of each family that was measured at several
   * severities; one corruption is its own mean.
   */
  private static List<Series> families(
      Audit audit, Map<String, List<ResultRow>> byFamily, ResultRow clean) {
    List<Series> families = new ArrayList<>();
    byFamily.forEach(
        (family, corruptions) -> {
          boolean one = corruptions.stream().map(ResultRow::perturbation).distinct().count() == 1;
          Kind kind = one ? Kind.CORRUPTION : Kind.AGGREGATE;
          TreeMap<Double, Point> points = new TreeMap<>();
          for (ResultRow row : audit.rows()) {
            if (row.kind() == kind
                && row.severity() != null
                && family.equals(row.family())
                && ofQueries(row)
                && Metric.of(row).equals(Metric.RECALL_AT_1)) {
              points.put((double) row.severity(), Point.of(row.severity(), row));
            }
          }
          if (points.size() > 1) {
            if (clean != null) {
              points.put(0.0, Point.of(0, clean));
            }
            families.add(new Series(family, List.copyOf(points.values())));
          }
        });
    return families;
  }

  private static boolean ofQueries(ResultRow row) {
    return row.side() == null || row.side().equals("query");
  }

  private static List<Series> series(
      List<ResultRow> rows, ResultRow clean, ToDoubleFunction<ResultRow> strength) {
    Map<List<Object>, TreeMap<Double, Point>> curves = new LinkedHashMap<>();
    for (ResultRow row : rows) {
      double x = strength.applyAsDouble(row);
      // Rows that differ in a hyper-parameter alone may meet at one strength: a curve for each.
      int copy = 1;
      while (curves.computeIfAbsent(key(row, copy), k -> new TreeMap<>()).containsKey(x)) {
        copy++;
      }
      curves.get(key(row, copy)).put(x, Point.of(x, row));
    }
    if (clean != null) {
      curves.values().forEach(points -> points.putIfAbsent(0.0, Point.of(0, clean)));
    }
    Collection<List<Object>> keys = curves.keySet();
    List<Series> series = new ArrayList<>();
    curves.forEach(
        (key, points) -> series.add(new Series(name(key, keys), List.copyOf(points.values()))));
    return series;
  }

  private static List<Object> key(ResultRow row, int copy) {
    return Arrays.asList(
        row.perturbation(),
        row.objective(),
        row.steps() == null ? null : row.steps() + " steps",
        row.side(),
        row.knowledge(),
        row.dialect(),
        copy == 1 ? null : "no. " + copy);
  }

  /** Returns as much of a key as tells it apart from the others. */
  private static String name(List<Object> key, Collection<List<Object>> all) {
    List<Object> head = key.subList(0, 2);
    boolean alone = all.stream().filter(k -> k.subList(0, 2).equals(head)).count() == 1;
    Stream<Object> parts =
        Stream.concat(
            head.stream(),
            alone
                ? Stream.of()
                : key.subList(2, key.size()).stream()
                    .filter(
                        part ->
                            !all.stream()
                                .filter(k -> k.subList(0, 2).equals(head))
                                .allMatch(k -> k.contains(part))));
    return parts.filter(Objects::nonNull).map(Object::toString).collect(Collectors.joining(", "));
  }
}
