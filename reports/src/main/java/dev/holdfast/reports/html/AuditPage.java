package dev.holdfast.reports.html;

import dev.holdfast.reports.json.AuditJson;
import dev.holdfast.reports.reference.ReferenceModel;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.BrokenImage;
import dev.holdfast.reports.result.DataInfo;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.Provenance;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.Run;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import dev.holdfast.reports.table.Headline;
import dev.holdfast.reports.table.Labels;
import dev.holdfast.reports.table.Metric;
import dev.holdfast.reports.table.ResultLine;
import dev.holdfast.reports.table.WorstCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The report of an audit as the template shows it, as texts; nothing in it is escaped yet. */
record AuditPage(
    String model,
    String data,
    String battery,
    String badge,
    String badgeWord,
    String verdict,
    String story,
    List<Stat> stats,
    List<Chart> charts,
    List<HeatMap> heats,
    String reference,
    List<Column> columns,
    List<Entry> entries,
    List<WorstCase> worstCases,
    List<Pair> aggregates,
    List<Threat> threats,
    List<Check> checks,
    String dataLine,
    List<String> dataNotes,
    List<BrokenImage> broken,
    List<Pair> provenance,
    List<Pair> run,
    List<Pair> libraries,
    String card) {

  /** A headline number; the fractions are null where there is none, and drive its meter. */
  record Stat(
      String label, String value, String detail, Double fraction, Double low, Double high) {}

  /** A column of the table. */
  record Column(String label, boolean fraction) {}

  /** A line of the table. */
  record Entry(
      String perturbation,
      String kind,
      String family,
      String objective,
      String strength,
      double order,
      Integer steps,
      String side,
      String knowledge,
      String dialect,
      String setting,
      int queries,
      String relative,
      Double relativeValue,
      List<Cell> cells) {}

  /** A number of the table; NaN and texts for nothing where it was not measured. */
  record Cell(double value, String text, String interval) {}

  /** A name and what belongs to it. */
  record Pair(String name, String value) {}

  /** A threat model. */
  record Threat(String hash, String norm, String budget, String side, String knowledge) {}

  /** A trust check. */
  record Check(String id, String level, String word, String finding, List<Pair> figures) {}

  static AuditPage of(Audit audit) {
    Headline headline = Headline.of(audit);
    List<ResultLine> lines = ResultLine.of(audit);
    List<Metric> metrics = Metric.columns(lines);
    Provenance provenance = audit.provenance();
    DataInfo data = audit.data();
    return new AuditPage(
        audit.model().name(),
        data.name(),
        audit.battery(),
        headline.verdict().map(Verdict::id).orElse("unknown"),
        headline.verdict().map(AuditPage::word).orElse("Not checked"),
        headline.verdictSentence(audit),
        headline.story(audit),
        stats(audit, headline),
        Chart.of(audit),
        HeatMap.of(audit),
        ReferenceModel.in(audit).map(ReferenceModel::sentence).orElse(null),
        metrics.stream().map(metric -> new Column(metric.label(), metric.isFraction())).toList(),
        lines.stream().map(line -> entry(line, metrics)).toList(),
        WorstCase.of(audit),
        audit.rows().stream()
            .filter(row -> row.kind() == Kind.AGGREGATE && row.family() == null && row.hasValue())
            .map(row -> pair(row, audit))
            .toList(),
        audit.threatModels().stream()
            .map(t -> new Threat(t.hash(), t.norm(), Labels.budget(t), t.side(), t.knowledge()))
            .toList(),
        audit.trust().stream().map(AuditPage::check).toList(),
        String.format(
            Locale.ROOT,
            "%d items of %d classes; %d queries against a gallery of %d. %s",
            data.items(),
            data.classes(),
            data.queries(),
            data.gallery(),
            Headline.protocol(data)),
        Headline.dataNotes(data),
        data.broken(),
        List.of(
            new Pair("Model SHA-256", audit.model().sha256()),
            new Pair("Data fingerprint", data.fingerprint()),
            new Pair("Configuration hash", provenance.configHash()),
            new Pair("Holdfast", provenance.holdfastVersion()),
            new Pair("Commit", provenance.gitCommit()),
            new Pair("Seed", Long.toString(provenance.seed())),
            new Pair("Batch size", Integer.toString(provenance.batchSize())),
            new Pair("Forward passes", grouped(provenance.forwards())),
            new Pair("Backward passes", grouped(provenance.backwards())),
            new Pair("Forward passes of trust checks", grouped(provenance.trustForwards())),
            new Pair("Backward passes of trust checks", grouped(provenance.trustBackwards()))),
        run(provenance.run()),
        provenance.libraries().entrySet().stream()
            .map(entry -> new Pair(entry.getKey(), entry.getValue()))
            .toList(),
        AuditJson.mapper().writeValueAsString(audit.model().card()));
  }

  /** Returns what the scripts of the page need. */
  Map<String, Object> scriptData() {
    Map<String, Object> script = new LinkedHashMap<>();
    script.put("charts", charts);
    script.put("columns", columns);
    script.put("entries", entries);
    return script;
  }

  private static List<Stat> stats(Audit audit, Headline headline) {
    List<Stat> stats = new ArrayList<>();
    stats.add(
        stat(
            "Clean R@1",
            headline.clean(),
            headline.clean().map(row -> row.nQueries() + " queries").orElse("not measured")));
    stats.add(
        stat(
            "Worst attack R@1",
            headline.worstAttack(),
            headline
                .worstAttack()
                .map(row -> Labels.phrase(row, audit.threatModels()))
                .orElse(Headline.without(audit, Kind.ATTACK))));
    double mean = headline.meanCorruption();
    boolean corrupted = headline.corruptions() > 0;
    stats.add(
        new Stat(
            "Mean corruption R@1",
            Labels.percent(mean),
            corrupted
                ? "over "
                    + headline.corruptions()
                    + (headline.corruptions() == 1 ? " corruption" : " corruptions")
                : Headline.without(audit, Kind.CORRUPTION),
            corrupted ? mean : null,
            null,
            null));
    return stats;
  }

  private static Stat stat(String label, Optional<ResultRow> row, String detail) {
    if (row.isEmpty()) {
      return new Stat(label, Labels.NOTHING, detail, null, null, null);
    }
    ResultRow found = row.get();
    String interval = Metric.RECALL_AT_1.interval(found);
    boolean bounded = !interval.isEmpty();
    return new Stat(
        label,
        Labels.percent(found.value()),
        (bounded ? "95 % interval " + interval + " · " : "") + detail,
        found.value(),
        bounded ? found.ciLow() : null,
        bounded ? found.ciHigh() : null);
  }

  private static Entry entry(ResultLine line, List<Metric> metrics) {
    ResultRow row = line.row();
    ResultRow recall = line.values().get(Metric.RECALL_AT_1);
    Double relative = recall == null || row.kind() == Kind.CLEAN ? null : recall.relative();
    List<Cell> cells = new ArrayList<>();
    for (Metric metric : metrics) {
      ResultRow value = line.values().get(metric);
      cells.add(
          value == null
              ? new Cell(Double.NaN, "", "")
              : new Cell(value.value(), metric.text(value.value()), metric.interval(value)));
    }
    return new Entry(
        row.perturbation(),
        row.kind().id(),
        row.family(),
        row.objective(),
        line.strength(),
        row.severity() != null ? row.severity() : row.epsilon() != null ? row.epsilon() : -1,
        row.steps(),
        row.side(),
        row.knowledge(),
        row.dialect(),
        line.setting(),
        row.nQueries(),
        relative == null ? "" : Labels.percent(relative) + " %",
        relative,
        cells);
  }

  private static Pair pair(ResultRow row, Audit audit) {
    Metric metric = Metric.of(row);
    String interval = metric.interval(row);
    return new Pair(
        Labels.phrase(row, audit.threatModels()) + ", " + metric.label(),
        metric.text(row.value())
            + (metric.isFraction() ? " %" : "")
            + (interval.isEmpty() ? "" : " (" + interval + ")"));
  }

  private static Check check(TrustVerdict check) {
    return new Check(
        check.check(),
        check.verdict().id(),
        word(check.verdict()),
        check.finding(),
        check.figures().entrySet().stream()
            .map(figure -> new Pair(figure.getKey(), Labels.plain(figure.getValue())))
            .toList());
  }

  static String word(Verdict verdict) {
    return switch (verdict) {
      case OK -> "OK";
      case SUSPICIOUS -> "Suspicious";
      case UNRELIABLE -> "Unreliable";
    };
  }

  private static List<Pair> run(Run run) {
    if (run == null) {
      return List.of();
    }
    return List.of(
        new Pair("Started", run.started()),
        new Pair("Finished", run.finished()),
        new Pair("Wall time", String.format(Locale.ROOT, "%.1f s", run.wallSeconds())),
        new Pair("Host", run.host()),
        new Pair("Operating system", run.os()),
        new Pair("Java", run.java()),
        new Pair("Device", run.device()),
        new Pair("Threads", Integer.toString(run.threads())));
  }

  /** Groups digits with spaces that do not break. */
  private static String grouped(long count) {
    return String.format(Locale.ROOT, "%,d", count).replace(',', '\u202f');
  }
}
