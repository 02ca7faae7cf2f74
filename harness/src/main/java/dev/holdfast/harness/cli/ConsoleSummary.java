package dev.holdfast.harness.cli;

import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import dev.holdfast.reports.table.Metric;
import dev.holdfast.reports.table.SettingLabels;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Summary of a finished audit: the few lines on the console. */
final class ConsoleSummary {

  private ConsoleSummary() {}

  /** Prints recall@1 and MAP@R of every perturbation, findings, and where the report is. */
  static void print(Audit audit, Path folder, PrintWriter out) {
    // Two settings of one attack share a label; only then the settings are shown.
    Map<String, Set<String>> settings = new HashMap<>();
    List<ResultRow> rows =
        audit.rows().stream().filter(row -> !Metric.of(row).isOfMember()).toList();
    for (ResultRow row : rows) {
      settings.computeIfAbsent(label(row), l -> new LinkedHashSet<>()).add(SettingLabels.of(row));
    }
    Map<String, Map<String, String>> apart = new HashMap<>();
    settings.forEach((label, several) -> apart.put(label, SettingLabels.apart(several)));
    Map<String, String[]> lines = new LinkedHashMap<>();
    for (ResultRow row : rows) {
      if (row.kind() == Kind.AGGREGATE && row.severity() != null) {
        continue; // A point of a curve of the report.
      }
      if (row.kind() == Kind.AGGREGATE && !row.hasValue()) {
        continue;
      }
      String label = label(row);
      String own = apart.get(label).get(SettingLabels.of(row));
      String[] cells =
          lines.computeIfAbsent(
              own.isEmpty() ? label : label + " (" + own + ")", l -> new String[] {"", ""});
      if (row.metric().equals("recall") && row.k() == 1) {
        cells[0] = figure("%5.1f  [%5.1f, %5.1f]", row);
      } else if (row.metric().equals("map-at-r")) {
        cells[1] = String.format(Locale.ROOT, "%5.1f", shown(row, row.value()));
      } else if (row.metric().equals("mce")) {
        cells[0] = String.format(Locale.ROOT, "mCE %.1f %%", shown(row, row.value()));
      } else if (row.metric().equals("flip-rate")) {
        // Of a film there is no recall, but how often its nearest neighbor changes.
        cells[0] = figure("flips %.1f %%  [%.1f, %.1f]", row);
      } else if (row.metric().equals("ers")) {
        cells[0] = figure("ERS %.1f  [%.1f, %.1f]", row);
      } else if (row.metric().equals("candidate-rank") && cells[0].isEmpty()) {
        // A perturbed gallery item asks nothing: where it stands is what there is.
        cells[0] = figure("rank %.1f %%  [%.1f, %.1f]", row);
      } else if (row.metric().equals(row.perturbation())) {
        // A length is its own result.
        cells[0] =
            "length %s  [%s, %s]"
                .formatted(
                    dev.holdfast.reports.table.Labels.plain(row.value()),
                    dev.holdfast.reports.table.Labels.plain(row.ciLow()),
                    dev.holdfast.reports.table.Labels.plain(row.ciHigh()));
      }
    }
    // Of some perturbations there are numbers, but none for these columns.
    lines.values().removeIf(cells -> cells[0].isEmpty() && cells[1].isEmpty());
    int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
    String form = "%-" + width + "s  %-21s  %s%n";
    out.printf(
        "%n%s on %s, %d queries against %d images%n%n",
        audit.model().name(), audit.data().name(), audit.data().queries(), audit.data().gallery());
    out.printf(form, "", "R@1 %  [95 % CI]", "MAP@R %");
    lines.forEach((label, cells) -> out.printf(Locale.ROOT, form, label, cells[0], cells[1]));
    out.println();
    for (TrustVerdict verdict : audit.trust()) {
      if (verdict.verdict() != Verdict.OK) {
        out.printf(
            "%s (%s): %s%n",
            verdict.verdict().name().toLowerCase(Locale.ROOT), verdict.check(), verdict.finding());
      } else if (verdict.figures().getOrDefault("sampled", 0.0) > 0) {
        // The margin of a worst case belongs beside it, however small.
        out.println(verdict.finding());
      }
    }
    if (audit.data().draws() > 1) {
      out.printf("Values are means over %d draws of the gallery.%n", audit.data().draws());
    }
    audit.data().notes().forEach(out::println);
    if (!audit.data().broken().isEmpty()) {
      out.printf(
          "%d images could not be read, first %s: %s%n",
          audit.data().broken().size(),
          audit.data().broken().get(0).path(),
          audit.data().broken().get(0).reason());
    }
    if (audit.data().excludedQueries() > 0) {
      out.printf(
          "%d queries were left out: no image of their class is there to be found.%n",
          audit.data().excludedQueries());
    }
    out.println("Report: " + folder.resolve(AuditFiles.HTML));
    out.flush();
  }

  /**
   * Prints recall@1 of two models under the same perturbations side by side.
   *
   * @param folder of the audit of the second
   */
  static void compare(Audit first, Audit second, Path folder, PrintWriter out) {
    Map<String, Double> others = new HashMap<>();
    recalls(second, (label, value) -> others.put(label, value));
    Map<String, Double> ones = new LinkedHashMap<>();
    recalls(first, ones::put);
    int width = ones.keySet().stream().mapToInt(String::length).max().orElse(0);
    out.printf(
        "%n%-" + width + "s  %s  %s%n", "R@1 %", first.model().name(), second.model().name());
    String form =
        "%-"
            + width
            + "s  %"
            + first.model().name().length()
            + ".1f  %"
            + second.model().name().length()
            + ".1f%n";
    ones.forEach(
        (label, value) ->
            out.printf(
                Locale.ROOT,
                form,
                label,
                Metric.RECALL_AT_1.shown(value),
                Metric.RECALL_AT_1.shown(others.get(label))));
    out.printf("%nReport of %s: %s%n", second.model().name(), folder.resolve(AuditFiles.HTML));
    out.flush();
  }

  private static void recalls(Audit audit, BiConsumer<String, Double> each) {
    for (ResultRow row : audit.rows()) {
      if (row.metric().equals("recall") && row.k() == 1) {
        each.accept(label(row), row.value());
      }
    }
  }

  private static String label(ResultRow row) {
    if (row.kind() == Kind.ATTACK && row.epsilon() != null) {
      String epsilon =
          row.epsilon255() == null ? number(row.epsilon()) : number(row.epsilon255()) + "/255";
      return row.perturbation()
          + (row.objective() == null ? "" : " " + row.objective())
          + " "
          + epsilon
          + (row.side().equals("query") ? "" : " on " + row.side());
    }
    if (row.kind() == Kind.CORRUPTION) {
      return row.perturbation()
          + (row.severity() == null ? "" : " " + row.severity())
          + (row.side().equals("query") ? "" : " on " + row.side());
    }
    return row.perturbation()
        + (row.side() == null || row.side().equals("query") ? "" : " on " + row.side());
  }

  private static String number(double value) {
    return java.math.BigDecimal.valueOf(value)
        .round(new java.math.MathContext(6))
        .stripTrailingZeros()
        .toPlainString();
  }

  /** Formats a value with its interval. */
  private static String figure(String form, ResultRow row) {
    return String.format(
        Locale.ROOT,
        form,
        shown(row, row.value()),
        shown(row, row.ciLow()),
        shown(row, row.ciHigh()));
  }

  private static double shown(ResultRow row, double value) {
    return Metric.of(row).shown(value);
  }
}
