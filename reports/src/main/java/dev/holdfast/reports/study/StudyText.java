package dev.holdfast.reports.study;

import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.reports.table.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A study as Markdown and as one page that works offline: a table for each metric. */
public final class StudyText {

  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1c2430; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
      th, td { border-bottom: 1px solid #d8dde4; padding: .35rem .7rem; text-align: right; vertical-align: top; }
      th:first-child, td:first-child { text-align: left; }
      small { color: #5b6675; display: block; white-space: nowrap; }
      """;

  private final StudyTable table;

  /** Prepares the texts of a table. */
  public StudyText(StudyTable table) {
    this.table = table;
  }

  private String heading() {
    return "Study %s on %s".formatted(table.name(), table.dataset());
  }

  private String legend() {
    return ("Mean over seeds ± standard deviation; below, the difference from %s with the same seed,"
            + " its 95 %% interval (Student's t over seeds), and the ratio of the means.")
        .formatted(table.baseline());
  }

  private static List<String> cell(Metric metric, StudyTable.Cell cell) {
    if (cell == null) {
      return List.of("–");
    }
    List<String> lines = new ArrayList<>();
    String spread = Double.isFinite(cell.deviation()) ? " ± " + metric.text(cell.deviation()) : "";
    lines.add("%s%s (n = %d)".formatted(metric.text(cell.mean()), spread, cell.values().size()));
    Estimate difference = cell.difference();
    if (difference != null) {
      String interval =
          Double.isFinite(difference.low())
              ? " [%s, %s]"
                  .formatted(signed(metric, difference.low()), signed(metric, difference.high()))
              : "";
      String ratio =
          Double.isFinite(cell.ratio()) ? String.format(Locale.ROOT, ", x %.2f", cell.ratio()) : "";
      lines.add(signed(metric, difference.value()) + interval + ratio);
    }
    return lines;
  }

  private static String signed(Metric metric, double value) {
    String text = metric.text(value);
    // What rounds to nothing has no sign.
    boolean nothing = text.matches("-?0(\\.0*)?");
    return (nothing || value < 0 ? "" : "+") + (nothing ? text.replace("-", "") : text);
  }

  /** Returns what trust checks found, one sentence for each finding. */
  public List<String> findings() {
    return table.findings().stream()
        .map(
            f ->
                "%s (%s): %d %s, %s."
                    .formatted(
                        f.verdict().id(),
                        f.check(),
                        f.models().size(),
                        f.models().size() == 1 ? "model" : "models",
                        String.join(", ", f.models())))
        .toList();
  }

  private List<StudyTable.Row> rows(Metric metric) {
    return table.rows().stream().filter(r -> r.metric().equals(metric)).toList();
  }

  private static String unit(Metric metric) {
    return metric.label() + (metric.isFraction() ? ", %" : "");
  }

  /** Returns the study as GitHub-flavored Markdown. */
  public String markdown() {
    StringBuilder out = new StringBuilder();
    out.append("# ").append(escape(heading())).append("\n\n").append(legend()).append("\n");
    if (!findings().isEmpty()) {
      out.append("\nTrust checks of the audits found something; their reports say what:\n\n");
      findings().forEach(finding -> out.append("- ").append(escape(finding)).append('\n'));
    }
    for (Metric metric : table.metrics()) {
      out.append("\n## ").append(unit(metric)).append("\n\n| Perturbation |");
      table.methods().forEach(m -> out.append(' ').append(escape(m)).append(" |"));
      out.append("\n|---|").append("---|".repeat(table.methods().size())).append('\n');
      for (StudyTable.Row row : rows(metric)) {
        out.append("| ").append(escape(row.perturbation())).append(" |");
        for (String method : table.methods()) {
          out.append(' ')
              .append(String.join("<br>", cell(metric, row.cells().get(method))))
              .append(" |");
        }
        out.append('\n');
      }
    }
    return out.toString();
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;");
  }

  /** Returns the whole page. */
  public String html() {
    StringBuilder out = new StringBuilder();
    out.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n")
        .append("<meta http-equiv=\"Content-Security-Policy\"")
        .append(" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>")
        .append(html(heading()))
        .append("</title>\n<style>\n")
        .append(STYLE)
        .append("</style>\n<h1>")
        .append(html(heading()))
        .append("</h1>\n<p>")
        .append(html(legend()))
        .append("</p>\n");
    if (!findings().isEmpty()) {
      out.append(
          "<p>Trust checks of the audits found something; their reports say what:</p>\n<ul>\n");
      findings().forEach(f -> out.append("<li>").append(html(f)).append("</li>\n"));
      out.append("</ul>\n");
    }
    for (Metric metric : table.metrics()) {
      out.append("<h2>").append(html(unit(metric))).append("</h2>\n<table>\n<tr><th>Perturbation");
      table.methods().forEach(m -> out.append("</th><th>").append(html(m)));
      out.append("</th></tr>\n");
      for (StudyTable.Row row : rows(metric)) {
        out.append("<tr><td>").append(html(row.perturbation()));
        for (String method : table.methods()) {
          List<String> lines = cell(metric, row.cells().get(method));
          out.append("</td><td>").append(html(lines.get(0)));
          for (String small : lines.subList(1, lines.size())) {
            out.append("<small>").append(html(small)).append("</small>");
          }
        }
        out.append("</td></tr>\n");
      }
      out.append("</table>\n");
    }
    return out.append("</html>\n").toString();
  }

  private static String html(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
