package dev.holdfast.reports.study;

import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import dev.holdfast.reports.table.Labels;
import dev.holdfast.reports.table.Metric;
import dev.holdfast.reports.table.SettingLabels;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Every number of a study: for each perturbation and metric what each method reached over its
 * seeds, and the difference from the baseline with the same seed.
 *
 * @param name of the study
 * @param dataset that all models were audited on
 * @param baseline the method that others are compared with
 * @param methods in the order of the study
 * @param settings in which their recipes differ
 * @param seeds of the trainings
 * @param missing models that are not finished, in words
 * @param rows perturbations and metrics, in the order of the audits
 * @param findings what trust checks say against audits
 * @param files of the models and their audits
 */
public record StudyTable(
    String name,
    String dataset,
    String baseline,
    List<String> methods,
    List<Setting> settings,
    List<Long> seeds,
    List<String> missing,
    List<Row> rows,
    List<Finding> findings,
    List<File> files) {

  /** Copies the lists. */
  public StudyTable {
    methods = List.copyOf(methods);
    settings = List.copyOf(settings);
    seeds = List.copyOf(seeds);
    missing = List.copyOf(missing);
    rows = List.copyOf(rows);
    findings = List.copyOf(findings);
    files = List.copyOf(files);
  }

  /**
   * One model and what its audit found.
   *
   * @param seed of its training
   * @param training what shows how it was trained: names, and files relative to the study
   * @param report file of the report, relative to the study
   */
  public record Run(
      String method, long seed, Audit audit, Map<String, String> training, String report) {

    private String model() {
      return StudyTable.model(method, seed);
    }
  }

  /**
   * A file beside the study.
   *
   * @param model that it is of, in words
   * @param name what it shows
   * @param path relative to the study
   */
  public record File(String model, String name, String path) {}

  /**
   * A key of recipes.
   *
   * @param key with the keys that it stands under, such as {@code method.epsilon}
   * @param values one for each method
   */
  public record Setting(String key, List<String> values) {}

  /**
   * What a trust check says against audits.
   *
   * @param check its id
   * @param models of which it says so, in words
   */
  public record Finding(Verdict verdict, String check, List<String> models) {}

  /**
   * One metric under one perturbation.
   *
   * @param perturbation in words
   * @param sample one of its rows, for what they share
   * @param queries that each value is an average of
   * @param cells by method
   */
  public record Row(
      String perturbation, Metric metric, ResultRow sample, int queries, Map<String, Cell> cells) {}

  /**
   * What a method reached.
   *
   * @param values one for each seed, in the order of the seeds that are finished
   * @param mean of the values
   * @param deviation standard deviation of the values; not a number for one
   * @param difference from the baseline, over seeds that both have, with its 95 % interval
   *     (Student's t); null for the baseline itself and where no seed is shared
   * @param ratio of the mean to that of the baseline over the same seeds; not a number where that
   *     is 0, or where there is no difference
   */
  public record Cell(
      List<Double> values, double mean, double deviation, Estimate difference, double ratio) {}

  /**
   * @param asked queries of the audit
   */
  private record Key(String perturbation, Metric metric, String setting, String threat, int asked) {

    /** What a reader sees without settings. */
    String phrase() {
      return perturbation + " " + asked;
    }

    /** As an object: what was done, and by whom. */
    String settings() {
      return "{\"of\": %s, \"threat\": \"%s\"}".formatted(setting == null ? "{}" : setting, threat);
    }
  }

  /**
   * Makes the table; runs that are missing are missing from the means.
   *
   * @param recipes by method, in order: keys and values, which may hold further keys
   */
  public static StudyTable of(
      String name,
      String baseline,
      Map<String, ? extends Map<String, ?>> recipes,
      List<Long> seeds,
      List<Run> runs) {
    List<String> methods = List.copyOf(recipes.keySet());
    Map<Key, Map<String, Map<Long, Double>>> values = new LinkedHashMap<>();
    Map<Key, Integer> queries = new LinkedHashMap<>();
    Map<Key, ResultRow> samples = new LinkedHashMap<>();
    Set<String> datasets = new LinkedHashSet<>();
    for (Run run : runs) {
      datasets.add(run.audit().data().name());
      for (ResultRow row : run.audit().rows()) {
        Key key =
            new Key(
                Labels.phrase(row, run.audit().threatModels())
                    + (row.kind() == Kind.AGGREGATE ? " (aggregate)" : ""),
                Metric.of(row),
                row.setting(),
                row.threatHash(),
                run.audit().data().queries());
        queries.merge(key, row.nQueries(), Math::max);
        samples.putIfAbsent(key, row);
        values
            .computeIfAbsent(key, k -> new LinkedHashMap<>())
            .computeIfAbsent(run.method(), m -> new LinkedHashMap<>())
            .put(run.seed(), row.value());
      }
    }
    Map<Key, String> names = names(values.keySet());
    List<Row> rows = new ArrayList<>();
    values.forEach(
        (key, byMethod) -> {
          Map<String, Cell> cells = new LinkedHashMap<>();
          for (String method : methods) {
            if (byMethod.containsKey(method)) {
              cells.put(
                  method,
                  cell(
                      seeds,
                      byMethod.get(method),
                      method.equals(baseline)
                          ? Map.of()
                          : byMethod.getOrDefault(baseline, Map.of())));
            }
          }
          rows.add(
              new Row(names.get(key), key.metric(), samples.get(key), queries.get(key), cells));
        });
    return new StudyTable(
        name,
        String.join(", ", datasets),
        baseline,
        methods,
        Differences.of(recipes),
        seeds,
        missing(methods, seeds, runs),
        rows,
        findings(runs),
        files(runs));
  }

  private static String model(String method, long seed) {
    return method + " with seed " + seed;
  }

  private static List<String> missing(List<String> methods, List<Long> seeds, List<Run> runs) {
    Set<String> finished = runs.stream().map(Run::model).collect(Collectors.toSet());
    return seeds.stream()
        .flatMap(seed -> methods.stream().map(method -> model(method, seed)))
        .filter(model -> !finished.contains(model))
        .toList();
  }

  /**
   * Returns what to call perturbations. Where several read the same, because batteries ask other
   * numbers of queries or attacks have other settings, the name says in what they differ.
   */
  private static Map<Key, String> names(Set<Key> keys) {
    boolean alone = keys.stream().map(Key::asked).distinct().count() == 1;
    Map<String, Set<String>> settings = new HashMap<>();
    for (Key key : keys) {
      settings.computeIfAbsent(key.phrase(), p -> new LinkedHashSet<>()).add(key.settings());
    }
    Map<String, Map<String, String>> apart = new HashMap<>();
    settings.forEach((phrase, several) -> apart.put(phrase, SettingLabels.apart(several)));
    Map<Key, String> names = new LinkedHashMap<>();
    for (Key key : keys) {
      String own = apart.get(key.phrase()).get(key.settings());
      names.put(
          key,
          key.perturbation()
              + (own.isEmpty() ? "" : ", " + own)
              + (alone ? "" : " with %d queries".formatted(key.asked())));
    }
    return names;
  }

  private static List<File> files(List<Run> runs) {
    Map<String, Map<String, String>> byModel = new LinkedHashMap<>();
    for (Run run : runs) {
      byModel
          .computeIfAbsent(run.model(), model -> new LinkedHashMap<>(run.training()))
          .put(run.audit().battery(), run.report());
    }
    List<File> files = new ArrayList<>();
    byModel.forEach(
        (model, named) -> named.forEach((name, path) -> files.add(new File(model, name, path))));
    return files;
  }

  private static List<Finding> findings(List<Run> runs) {
    Map<Verdict, Map<String, Set<String>>> models = new EnumMap<>(Verdict.class);
    for (Run run : runs) {
      for (TrustVerdict check : run.audit().trust()) {
        if (check.verdict() != Verdict.OK) {
          models
              .computeIfAbsent(check.verdict(), v -> new TreeMap<>())
              .computeIfAbsent(check.check(), c -> new LinkedHashSet<>())
              .add(run.model());
        }
      }
    }
    List<Finding> findings = new ArrayList<>();
    models.forEach(
        (verdict, checks) ->
            checks.forEach(
                (check, of) -> findings.add(new Finding(verdict, check, List.copyOf(of)))));
    return findings;
  }

  /** Tells whether a check says of a model that its numbers are unreliable. */
  public boolean unreliable() {
    return findings.stream().anyMatch(f -> f.verdict() == Verdict.UNRELIABLE);
  }

  private static Cell cell(List<Long> seeds, Map<Long, Double> own, Map<Long, Double> base) {
    List<Double> values = new ArrayList<>();
    List<Double> differences = new ArrayList<>();
    double sumOfShared = 0;
    double sumOfBase = 0;
    for (long seed : seeds) {
      Double value = own.get(seed);
      if (value == null) {
        continue;
      }
      values.add(value);
      Double other = base.get(seed);
      if (other != null) {
        differences.add(value - other);
        sumOfShared += value;
        sumOfBase += other;
      }
    }
    double[] array = values.stream().mapToDouble(Double::doubleValue).toArray();
    Estimate difference =
        differences.isEmpty()
            ? null
            : Intervals.student(differences.stream().mapToDouble(Double::doubleValue).toArray());
    return new Cell(
        List.copyOf(values),
        Intervals.student(array).value(),
        Intervals.deviation(array),
        difference,
        difference == null || sumOfBase == 0 ? Double.NaN : sumOfShared / sumOfBase);
  }

  /** Returns the rows of a metric. */
  public List<Row> rows(Metric metric) {
    return rows.stream().filter(r -> r.metric().equals(metric)).toList();
  }

  /** Returns the metrics that occur, in the order of the rows. */
  public List<Metric> metrics() {
    return rows.stream().map(Row::metric).distinct().toList();
  }
}
