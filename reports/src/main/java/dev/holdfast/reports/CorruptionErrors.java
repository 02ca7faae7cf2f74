package dev.holdfast.reports;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.stats.Bootstrap;
import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.reports.reference.ReferenceModel;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.DataInfo;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Corruption errors against a reference (Hendrycks and Dietterich, ICLR 2019, arXiv:1903.12261,
 * section 4.2), with one minus the metric as the error:
 *
 * <ul>
 *   <li>CE of a corruption: the error summed over its severities, divided by that of the reference;
 *   <li>relative CE: the same of what is added to the clean error. Where corruption adds nothing to
 *       the error of the reference, it is not a number;
 *   <li>mCE and relative mCE: their means over the corruptions of the families of ImageNet-C that
 *       mCE is defined on.
 * </ul>
 *
 * <p>The reference is never implied: it is another audit of the same queries, and its name, the
 * hash of its weights and its battery stand in every row. Intervals are those of a bootstrap over
 * the queries, drawn alike for both models; they are known of recall@1 alone, because its hits are
 * stored query by query.
 */
public final class CorruptionErrors {

  private static final String CE = ReferenceModel.CE;
  private static final String RELATIVE_CE = ReferenceModel.RELATIVE_CE;
  private static final String MCE = ReferenceModel.MCE;
  private static final String RELATIVE_MCE = ReferenceModel.RELATIVE_MCE;

  private static final List<String> FAMILIES = List.of("noise", "blur", "weather", "digital");
  private static final String IMAGENET_C = "imagenet-c";
  private static final String MEAN = "-mean";
  private static final String RECALL = "recall";
  private static final String MAP_AT_R = "map-at-r";

  /** A metric whose complement is the error. */
  private record Base(String metric, Integer k, String suffix) {
    boolean is(ResultRow row) {
      return row.metric().equals(metric) && Objects.equals(row.k(), k);
    }
  }

  private static final List<Base> BASES =
      List.of(new Base(RECALL, 1, ""), new Base(MAP_AT_R, null, ReferenceModel.OF_MAP_AT_R));

  /** One corruption on one side, with the rows of both models by severity. */
  private record Pair(
      String corruption,
      String family,
      String side,
      String dialect,
      Map<Integer, ResultRow> mine,
      Map<Integer, ResultRow> others) {}

  private final Path folder;
  private final Path referenceFolder;
  private final Audit audit;
  private final Audit reference;

  private CorruptionErrors(Path folder, Path referenceFolder) {
    this.folder = folder;
    this.referenceFolder = referenceFolder;
    this.audit = AuditFiles.readAudit(folder);
    this.reference = AuditFiles.readAudit(referenceFolder);
  }

  /**
   * Refuses a reference that has no corruptions, before anything long is done.
   *
   * @throws InputException if it is not the folder of an audit with corruptions
   */
  public static void check(Path referenceFolder) {
    Audit reference = AuditFiles.readAudit(referenceFolder);
    if (reference.rows().stream().noneMatch(CorruptionErrors::isCorruption)) {
      throw refused(referenceFolder, "have corruptions", "its battery has none");
    }
  }

  /**
   * Puts the scores into {@code audit.json}, in the place of any that are there, and renders the
   * report again.
   *
   * @param folder of a finished audit
   * @param referenceFolder of the reference's audit
   * @throws InputException if the two are not of the same data, dialect and queries, or a
   *     corruption of the first is missing in the second
   */
  public static void add(Path folder, Path referenceFolder) {
    new CorruptionErrors(folder, referenceFolder).add();
  }

  private void add() {
    check(referenceFolder);
    refuseOtherData(audit.data(), reference.data());
    List<Pair> pairs = pairs();
    QueryMisses mine = QueryMisses.read(folder);
    QueryMisses others = QueryMisses.read(referenceFolder);
    if (!mine.queries().equals(others.queries())) {
      throw refused(
          referenceFolder,
          "have been asked the same queries",
          "use the same --seed and --limit-queries");
    }
    List<ResultRow> rows =
        new ArrayList<>(audit.rows().stream().filter(row -> !ReferenceModel.isScore(row)).toList());
    for (Base base : BASES) {
      rows.addAll(scores(base, pairs, mine, others));
    }
    AuditFiles.writeAudit(folder, audit.withRows(rows));
    AuditFiles.render(folder);
  }

  private void refuseOtherData(DataInfo mine, DataInfo others) {
    boolean same =
        Objects.equals(mine.fingerprint(), others.fingerprint())
            && mine.part().equals(others.part())
            && mine.protocol().equals(others.protocol())
            && mine.draws() == others.draws();
    if (!same) {
      throw refused(
          referenceFolder,
          "be of the same data, which are %s (%s, %s, %s)"
              .formatted(mine.name(), mine.part(), mine.protocol(), mine.fingerprint()),
          "audit the reference with the same --data and --split");
    }
  }

  private static boolean isCorruption(ResultRow row) {
    return row.kind() == Kind.CORRUPTION && row.severity() != null;
  }

  /** Pairs every row of an error with that of the reference; severities that miss are refused. */
  private List<Pair> pairs() {
    Map<List<String>, Pair> pairs = new LinkedHashMap<>();
    for (ResultRow row : audit.rows()) {
      if (!isCorruption(row)) {
        continue;
      }
      if (BASES.stream().noneMatch(base -> base.is(row))) {
        continue;
      }
      ResultRow other =
          reference.rows().stream()
              .filter(r -> isCorruption(r) && r.perturbation().equals(row.perturbation()))
              .filter(r -> r.severity().equals(row.severity()) && r.side().equals(row.side()))
              .filter(r -> r.metric().equals(row.metric()) && Objects.equals(r.k(), row.k()))
              .findFirst()
              .orElse(null);
      if (other == null) {
        throw refused(
            referenceFolder,
            "have %s of %s at severity %d on the side %s"
                .formatted(row.metric(), row.perturbation(), row.severity(), row.side()),
            "audit the reference with the same battery");
      }
      if (!Objects.equals(row.dialect(), other.dialect())) {
        throw refused(
            referenceFolder,
            "have %s in the dialect %s, and has it in %s"
                .formatted(row.perturbation(), row.dialect(), other.dialect()),
            "use a reference of the same input size");
      }
      Pair pair =
          pairs.computeIfAbsent(
              List.of(row.perturbation(), row.side(), row.metric()),
              key ->
                  new Pair(
                      row.perturbation(),
                      row.family(),
                      row.side(),
                      row.dialect(),
                      new TreeMap<>(),
                      new TreeMap<>()));
      pair.mine().put(row.severity(), row);
      pair.others().put(row.severity(), other);
    }
    return List.copyOf(pairs.values());
  }

  private static InputException refused(Path folder, String rule, String remedy) {
    return InputException.of("reference", folder, "the command line", rule, remedy);
  }

  private List<ResultRow> scores(Base base, List<Pair> all, QueryMisses mine, QueryMisses others) {
    List<Pair> pairs =
        all.stream().filter(pair -> base.is(pair.mine().values().iterator().next())).toList();
    if (pairs.isEmpty()) {
      return List.of();
    }
    double clean = error(clean(audit, base));
    double cleanOther = error(clean(reference, base));
    Resamples resamples = base.metric().equals(RECALL) ? new Resamples(pairs, mine, others) : null;
    List<ResultRow> rows = new ArrayList<>();
    for (boolean relative : new boolean[] {false, true}) {
      double[] values = new double[pairs.size()];
      Map<String, List<Integer>> ofMean = new LinkedHashMap<>();
      for (int i = 0; i < values.length; i++) {
        Pair pair = pairs.get(i);
        int n = pair.mine().size();
        values[i] =
            ratio(
                sum(pair.mine()) - (relative ? n * clean : 0),
                sum(pair.others()) - (relative ? n * cleanOther : 0));
        String metric = (relative ? RELATIVE_CE : CE) + base.suffix();
        rows.add(row(base, pair, metric, values[i], resamples, relative, List.of(i)));
        if (FAMILIES.contains(pair.family())) {
          ofMean.computeIfAbsent(pair.side(), side -> new ArrayList<>()).add(i);
        }
      }
      ofMean.forEach(
          (side, several) -> {
            double mean = several.stream().mapToDouble(i -> values[i]).average().orElse(Double.NaN);
            Pair like = pairs.get(several.get(0));
            Pair whole = new Pair(IMAGENET_C, null, side, null, like.mine(), like.others());
            String metric = (relative ? RELATIVE_MCE : MCE) + base.suffix();
            rows.add(row(base, whole, metric, mean, resamples, relative, several));
          });
    }
    return rows;
  }

  private static ResultRow clean(Audit of, Base base) {
    return of.rows().stream()
        .filter(row -> row.kind() == Kind.CLEAN && base.is(row))
        .findFirst()
        .orElseThrow();
  }

  private static double error(ResultRow row) {
    return 1 - row.value();
  }

  private static double sum(Map<Integer, ResultRow> severities) {
    return severities.values().stream().mapToDouble(CorruptionErrors::error).sum();
  }

  /** Nothing is not a unit to measure in. */
  private static double ratio(double mine, double others) {
    return others > 0 ? mine / others : Double.NaN;
  }

  private ResultRow row(
      Base base,
      Pair pair,
      String metric,
      double value,
      Resamples resamples,
      boolean relative,
      List<Integer> of) {
    ResultRow like = pair.mine().values().iterator().next();
    Estimate estimate =
        resamples == null || Double.isNaN(value)
            ? withoutInterval(value, like.nQueries())
            : resamples.estimate(of, relative, value, like.nQueries());
    String severities =
        pair.mine().keySet().stream().map(String::valueOf).collect(Collectors.joining(" "));
    return new ResultRow(
        like.model(),
        like.dataset(),
        Kind.AGGREGATE,
        pair.family() == null ? IMAGENET_C : pair.corruption() + MEAN,
        pair.family(),
        null,
        null,
        null,
        null,
        null,
        pair.side(),
        null,
        null,
        metric,
        base.k(),
        estimate.value(),
        estimate.low(),
        estimate.high(),
        like.nQueries(),
        null,
        null,
        like.seed(),
        ReferenceModel.of(reference).setting(of.size(), severities),
        pair.dialect(),
        null,
        null);
  }

  /** Scores of resampled queries: the same queries for both models and all corruptions. */
  private final class Resamples {

    private final double[][] plain;
    private final double[][] relative;

    Resamples(List<Pair> pairs, QueryMisses mine, QueryMisses others) {
      plain = new double[pairs.size()][Bootstrap.RESAMPLES];
      relative = new double[pairs.size()][Bootstrap.RESAMPLES];
      double[] clean = mine.cleanMisses();
      double[] cleanOther = others.cleanMisses();
      double[][] misses = new double[pairs.size()][];
      double[][] missesOther = new double[pairs.size()][];
      for (int i = 0; i < misses.length; i++) {
        Pair pair = pairs.get(i);
        misses[i] = mine.misses(pair.corruption(), pair.mine().keySet(), pair.side());
        missesOther[i] = others.misses(pair.corruption(), pair.mine().keySet(), pair.side());
      }
      Bootstrap.each(
          audit.provenance().seed(),
          "reference bootstrap",
          (b, random) -> {
            int[] times = new int[clean.length];
            for (int q : Bootstrap.positions(times.length, random)) {
              times[q]++;
            }
            double base = weighted(clean, times);
            double baseOther = weighted(cleanOther, times);
            for (int i = 0; i < misses.length; i++) {
              double sum = weighted(misses[i], times);
              double sumOther = weighted(missesOther[i], times);
              int n = pairs.get(i).mine().size();
              plain[i][b] = ratio(sum, sumOther);
              relative[i][b] = ratio(sum - n * base, sumOther - n * baseOther);
            }
          });
    }

    private static double weighted(double[] perQuery, int[] times) {
      double sum = 0;
      for (int q = 0; q < times.length; q++) {
        sum += times[q] * perQuery[q];
      }
      return sum;
    }

    /** Returns the mean over some corruptions; without an interval where a resample has none. */
    Estimate estimate(List<Integer> of, boolean ofRelative, double value, int queries) {
      double[] means = new double[Bootstrap.RESAMPLES];
      for (int i : of) {
        double[] scores = (ofRelative ? relative : plain)[i];
        for (int b = 0; b < means.length; b++) {
          means[b] += scores[b] / of.size();
        }
      }
      if (Arrays.stream(means).anyMatch(Double::isNaN)) {
        return withoutInterval(value, queries);
      }
      Arrays.sort(means);
      return Bootstrap.estimate(value, means, queries);
    }
  }

  private static Estimate withoutInterval(double value, int n) {
    return new Estimate(value, Double.NaN, Double.NaN, n);
  }
}
