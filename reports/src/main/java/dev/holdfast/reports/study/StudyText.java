package dev.holdfast.reports.study;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.table.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A study in words, and as Markdown: where its methods differ, and a table for each metric. */
public final class StudyText {

  /** What stands above the settings. */
  public static final String SETTINGS = "Where the recipes differ; all else is the same.";

  private final StudyTable table;

  /** Prepares the texts of a table. */
  public StudyText(StudyTable table) {
    this.table = table;
  }

  private String heading() {
    return "Study %s on %s".formatted(table.name(), table.dataset());
  }

  /** Returns what the numbers are of: seeds and queries. */
  public String facts() {
    List<Integer> queries =
        table.rows().stream()
            .filter(row -> row.sample().kind() == Kind.CLEAN)
            .map(StudyTable.Row::queries)
            .distinct()
            .sorted()
            .toList();
    int models = table.methods().size() * table.seeds().size();
    String unfinished =
        table.missing().isEmpty()
            ? ""
            : " Not finished: %d of %d models are missing, %s."
                .formatted(table.missing().size(), models, InputException.some(table.missing()));
    return "%d methods, %s %s; %s queries.%s"
        .formatted(
            table.methods().size(),
            table.seeds().size() == 1 ? "seed" : "seeds",
            table.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")),
            queries.stream().map(String::valueOf).collect(Collectors.joining(" or ")),
            unfinished);
  }

  /** Returns what stands in a cell. */
  public String legend() {
    return ("Mean over seeds ± standard deviation; below, the value of each seed, and the difference"
            + " from %s over the seeds that both have, its 95 %% interval (Student's t over seeds),"
            + " and the ratio of the means over the same seeds.")
        .formatted(table.baseline());
  }

  /**
   * Returns the lines of a cell.
   *
   * @param cell null for one that was not measured
   */
  public static List<String> cell(Metric metric, StudyTable.Cell cell) {
    if (cell == null) {
      return List.of("–");
    }
    List<String> lines = new ArrayList<>();
    String spread = Double.isFinite(cell.deviation()) ? " ± " + metric.text(cell.deviation()) : "";
    lines.add(metric.text(cell.mean()) + spread);
    if (cell.values().size() > 1) {
      lines.add(cell.values().stream().map(metric::text).collect(Collectors.joining(", ")));
    }
    Estimate difference = cell.difference();
    if (difference != null) {
      String interval =
          Double.isFinite(difference.low())
              ? " [%s, %s]"
                  .formatted(signed(metric, difference.low()), signed(metric, difference.high()))
              : difference.n() > 1 ? " (with every seed)" : "";
      lines.add(signed(metric, difference.value()) + interval);
      if (Double.isFinite(cell.ratio())) {
        lines.add(String.format(Locale.ROOT, "x %.2f", cell.ratio()));
      }
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

  /** Returns the name of a metric, with its unit where it has one. */
  public static String unit(Metric metric) {
    return metric.label() + (metric.isFraction() ? ", %" : "");
  }

  /** Returns the study as GitHub-flavored Markdown. */
  public String markdown() {
    StringBuilder out = new StringBuilder();
    out.append("# ").append(escape(heading())).append("\n\n");
    out.append(facts()).append(' ').append(legend()).append('\n');
    if (!findings().isEmpty()) {
      out.append("\nTrust checks of the audits found something; their reports say what:\n\n");
      findings().forEach(finding -> out.append("- ").append(escape(finding)).append('\n'));
    }
    if (!table.settings().isEmpty()) {
      out.append("\n## Methods\n\n").append(SETTINGS).append("\n\n");
      head(out, "Setting");
      for (StudyTable.Setting setting : table.settings()) {
        line(out, setting.key(), setting.values().stream().map(StudyText::escape));
      }
    }
    for (Metric metric : table.metrics()) {
      out.append("\n## ").append(unit(metric)).append("\n\n");
      head(out, "Perturbation");
      for (StudyTable.Row row : table.rows(metric)) {
        line(
            out,
            row.perturbation(),
            table.methods().stream()
                .map(method -> String.join("<br>", cell(metric, row.cells().get(method)))));
      }
    }
    return out.toString();
  }

  private void head(StringBuilder out, String first) {
    line(out, first, table.methods().stream().map(StudyText::escape));
    out.append("|---|").append("---|".repeat(table.methods().size())).append('\n');
  }

  /**
   * @param first escaped here
   * @param others Markdown
   */
  private static void line(StringBuilder out, String first, Stream<String> others) {
    out.append("| ").append(escape(first)).append(" |");
    others.forEach(text -> out.append(' ').append(text).append(" |"));
    out.append('\n');
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;");
  }
}
