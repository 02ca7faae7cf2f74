package dev.holdfast.reports.markdown;

import dev.holdfast.reports.reference.ReferenceModel;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.BrokenImage;
import dev.holdfast.reports.result.DataInfo;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.Provenance;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.ThreatInfo;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.table.Headline;
import dev.holdfast.reports.table.Labels;
import dev.holdfast.reports.table.Metric;
import dev.holdfast.reports.table.ResultLine;
import dev.holdfast.reports.table.WorstCase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An audit as GitHub-flavored Markdown. It holds nothing that changes from run to run. Names and
 * findings are escaped, so they show as they are.
 */
public final class MarkdownReport {

  private final StringBuilder out = new StringBuilder();

  private MarkdownReport() {}

  /** Returns the whole report, lines ended by {@code \n}. */
  public static String render(Audit audit) {
    MarkdownReport report = new MarkdownReport();
    report.summary(audit);
    report.threats(audit);
    report.results(audit);
    report.worstCases(audit);
    report.aggregates(audit);
    report.means(audit);
    report.trust(audit);
    report.data(audit.data());
    report.provenance(audit);
    return report.out.toString();
  }

  private void summary(Audit audit) {
    Headline headline = Headline.of(audit);
    paragraph("# Robustness of %s on %s", text(audit.model().name()), text(audit.data().name()));
    paragraph("**%s** %s", text(headline.verdictSentence(audit)), text(headline.story(audit)));
  }

  private void threats(Audit audit) {
    paragraph("## Threat models");
    if (audit.threatModels().isEmpty()) {
      paragraph("None: nothing in this battery attacks.");
      return;
    }
    header(List.of("Threat model", "Norm", "Budget", "Side", "Knowledge"));
    for (ThreatInfo threat : audit.threatModels()) {
      line(
          text(threat.hash()),
          text(threat.norm()),
          text(Labels.budget(threat)),
          text(threat.side()),
          text(threat.knowledge()));
    }
    out.append('\n');
  }

  private void results(Audit audit) {
    List<ResultLine> lines = ResultLine.of(audit);
    List<Metric> metrics = Metric.columns(lines);
    paragraph("## Results");
    paragraph("Values in percent, with 95 % intervals.");
    List<String> columns = new ArrayList<>(List.of("Perturbation", "Objective", "Strength"));
    columns.add("Queries");
    metrics.forEach(metric -> columns.add(text(metric.label())));
    header(columns);
    for (ResultLine line : lines) {
      List<String> cells = new ArrayList<>();
      ResultRow row = line.row();
      cells.add(
          text(row.perturbation())
              + (line.setting().isEmpty() ? "" : " (" + text(line.setting()) + ")"));
      cells.add(text(row.objective()));
      cells.add(text(line.strength()));
      cells.add(Integer.toString(row.nQueries()));
      for (Metric metric : metrics) {
        ResultRow value = line.values().get(metric);
        cells.add(value == null ? "" : figure(metric, value));
      }
      line(cells.toArray(String[]::new));
    }
    out.append('\n');
  }

  private void worstCases(Audit audit) {
    for (WorstCase worst : WorstCase.of(audit)) {
      paragraph("## Worst case of several attacks");
      paragraph("%s", text(worst.heading()));
      header(worst.columns());
      worst.lines().forEach(texts -> line(texts.stream().map(t -> text(t)).toArray(String[]::new)));
      out.append('\n');
    }
  }

  private void aggregates(Audit audit) {
    List<ResultRow> rows =
        audit.rows().stream()
            .filter(row -> row.kind() == Kind.AGGREGATE && row.family() == null && row.hasValue())
            .toList();
    if (rows.isEmpty()) {
      return;
    }
    paragraph("## Aggregates");
    Optional<ReferenceModel> reference = ReferenceModel.in(audit);
    if (reference.isPresent()) {
      paragraph("%s", text(reference.get().sentence()));
    }
    header(List.of("Over", "Metric", "Value"));
    for (ResultRow row : rows) {
      Metric metric = Metric.of(row);
      String unit = metric.isFraction() ? " %" : "";
      line(
          text(Labels.phrase(row, audit.threatModels())),
          text(metric.label()) + unit,
          figure(metric, row));
    }
    out.append('\n');
  }

  /** A line for each corruption and for each family at each severity, a column for each metric. */
  private void means(Audit audit) {
    Map<String, Map<Metric, ResultRow>> lines = new LinkedHashMap<>();
    for (ResultRow row : audit.rows()) {
      if (row.kind() == Kind.AGGREGATE && row.family() != null && row.hasValue()) {
        lines
            .computeIfAbsent(Labels.phrase(row, audit.threatModels()), n -> new LinkedHashMap<>())
            .put(Metric.of(row), row);
      }
    }
    if (lines.isEmpty()) {
      return;
    }
    List<Metric> metrics =
        lines.values().stream().flatMap(line -> line.keySet().stream()).distinct().toList();
    paragraph("## Means of corruptions");
    paragraph("Values in percent, with 95 % intervals.");
    List<String> columns = new ArrayList<>(List.of("Over"));
    metrics.forEach(metric -> columns.add(text(metric.label())));
    header(columns);
    lines.forEach(
        (name, values) -> {
          List<String> cells = new ArrayList<>(List.of(text(name)));
          for (Metric metric : metrics) {
            ResultRow value = values.get(metric);
            cells.add(value == null ? "" : figure(metric, value));
          }
          line(cells.toArray(String[]::new));
        });
    out.append('\n');
  }

  private void trust(Audit audit) {
    paragraph("## Trust");
    if (audit.trust().isEmpty()) {
      paragraph("No trust check was run.");
      return;
    }
    header(List.of("Check", "Verdict", "Finding", "Figures"));
    for (TrustVerdict check : audit.trust()) {
      String figures =
          check.figures().entrySet().stream()
              .map(figure -> figure.getKey() + " = " + Labels.plain(figure.getValue()))
              .collect(Collectors.joining(", "));
      line(text(check.check()), check.verdict().id(), text(check.finding()), text(figures));
    }
    out.append('\n');
  }

  private void data(DataInfo data) {
    paragraph("## Data");
    paragraph(
        "Data set %s: %d items of %d classes, %d queries, %d items in the gallery. %s Fingerprint %s.",
        text(data.name()),
        data.items(),
        data.classes(),
        data.queries(),
        data.gallery(),
        text(Headline.protocol(data)),
        text(data.fingerprint()));
    for (String note : Headline.dataNotes(data)) {
      paragraph("%s", text(note));
    }
    for (BrokenImage image : data.broken()) {
      out.append("- ").append(text(image.path())).append(": ").append(text(image.reason()));
      out.append('\n');
    }
    if (!data.broken().isEmpty()) {
      out.append('\n');
    }
  }

  private void provenance(Audit audit) {
    Provenance provenance = audit.provenance();
    paragraph("## Provenance");
    header(List.of("What", "Value"));
    line("Model SHA-256", text(audit.model().sha256()));
    line("Battery", text(audit.battery()));
    line("Configuration hash", text(provenance.configHash()));
    line("Holdfast", text(provenance.holdfastVersion()));
    line("Commit", text(provenance.gitCommit()));
    line("Seed", Long.toString(provenance.seed()));
    line("Batch size", Integer.toString(provenance.batchSize()));
    line("Forward passes", Long.toString(provenance.forwards()));
    line("Backward passes", Long.toString(provenance.backwards()));
    line("Forward passes of trust checks", Long.toString(provenance.trustForwards()));
    line("Backward passes of trust checks", Long.toString(provenance.trustBackwards()));
    provenance.libraries().forEach((name, version) -> line(text(name), text(version)));
  }

  private static String figure(Metric metric, ResultRow row) {
    String interval = metric.interval(row);
    return metric.text(row.value()) + (interval.isEmpty() ? "" : " (" + interval + ")");
  }

  private void paragraph(String format, Object... values) {
    out.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    out.append("\n\n");
  }

  private void header(List<String> columns) {
    line(columns.toArray(String[]::new));
    line(Collections.nCopies(columns.size(), "---").toArray(String[]::new));
  }

  private void line(String... cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** Returns a text that Markdown shows as it is, in a table cell too; empty for null. */
  static String text(String raw) {
    StringBuilder escaped = new StringBuilder();
    String line = raw == null ? "" : raw.replaceAll("\\R", " ");
    line.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '\\', '`', '*', '_', '[', ']', '|', '#', '~' ->
                    escaped.append('\\').appendCodePoint(c);
                default -> escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }
}
