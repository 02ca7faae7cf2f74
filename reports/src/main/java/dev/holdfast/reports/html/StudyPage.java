package dev.holdfast.reports.html;

import dev.holdfast.reports.result.Verdict;
import dev.holdfast.reports.study.StudyTable;
import dev.holdfast.reports.study.StudyText;
import dev.holdfast.reports.table.Metric;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What the template of a study shows, as texts; nothing in it is escaped yet. */
record StudyPage(
    String name,
    String data,
    String facts,
    String legend,
    String badge,
    String badgeWord,
    List<String> findings,
    List<Chart> charts,
    List<String> methods,
    String settingsLead,
    List<StudyTable.Setting> settings,
    List<Table> tables,
    List<Model> models) {

  /** The table of a metric. */
  record Table(String heading, List<Line> lines) {}

  /** A perturbation, and for each method the texts of its cell. */
  record Line(String perturbation, List<List<String>> cells) {}

  /** A trained model and where its files are. */
  record Model(String name, List<Link> files) {}

  /** A file and what to call it. */
  record Link(String name, String file) {}

  static StudyPage of(StudyTable table) {
    StudyText text = new StudyText(table);
    Verdict worst =
        table.findings().stream()
            .map(StudyTable.Finding::verdict)
            .max(Comparator.naturalOrder())
            .orElse(Verdict.OK);
    return new StudyPage(
        table.name(),
        table.dataset(),
        text.facts(),
        text.legend(),
        worst.id(),
        AuditPage.word(worst),
        text.findings(),
        Chart.of(table),
        table.methods(),
        StudyText.SETTINGS,
        table.settings(),
        table.metrics().stream().map(metric -> table(table, metric)).toList(),
        table.files().stream()
            .collect(
                Collectors.groupingBy(
                    StudyTable.File::model,
                    java.util.LinkedHashMap::new,
                    Collectors.mapping(f -> new Link(f.name(), f.path()), Collectors.toList())))
            .entrySet()
            .stream()
            .map(e -> new Model(e.getKey(), e.getValue()))
            .toList());
  }

  private static Table table(StudyTable table, Metric metric) {
    return new Table(
        StudyText.unit(metric),
        table.rows(metric).stream()
            .map(
                row ->
                    new Line(
                        row.perturbation(),
                        table.methods().stream()
                            .map(method -> StudyText.cell(metric, row.cells().get(method)))
                            .toList()))
            .toList());
  }
}
