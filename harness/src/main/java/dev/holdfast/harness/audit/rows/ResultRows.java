package dev.holdfast.harness.audit.rows;

import dev.holdfast.attacks.corruption.Sequence;
import dev.holdfast.attacks.embedding.EmbeddingAttack;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.CorruptionCell;
import dev.holdfast.harness.plan.EmbeddingCell;
import dev.holdfast.harness.plan.SequenceCell;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.retrieval.Trials;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.RecallAtK;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.table.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The rows of a report: every measured number, with its interval. */
public final class ResultRows {

  private static final String CORRUPTIONS_MEAN = "corruptions-mean";
  private static final String MEAN = "-mean";

  /** What stands in the place of a member for all of them under smaller budgets. */
  private static final String SMALLER = "smaller budgets";

  private static final String MEDIAN_PERTURBATION = "median-perturbation";

  private final ModelCard card;
  private final String dataset;
  private final CleanBaseline clean;
  private final List<RetrievalMetric> metrics;
  private final Trials trials;

  public ResultRows(ModelCard card, String dataset, CleanBaseline clean) {
    this.card = card;
    this.dataset = dataset;
    this.clean = clean;
    this.metrics = clean.metrics();
    this.trials = clean.trials();
  }

  /** Returns the rows of the clean run, of every cell, and of what they come to together. */
  public List<ResultRow> of(CellOutcome unperturbed, Map<Cell, CellOutcome> outcomes) {
    List<ResultRow> rows = new ArrayList<>();
    Map<String, Estimate> reference = new LinkedHashMap<>();
    for (RetrievalMetric metric : metrics) {
      Estimate estimate = estimate(metric, unperturbed.values());
      reference.put(MetricNames.word(metric), estimate);
      Double spread = trials.spread(unperturbed.values().get(MetricNames.word(metric)));
      rows.add(row(Kind.CLEAN, "clean", null, metric, estimate, spread, reference));
    }
    outcomes.forEach(
        (cell, outcome) -> {
          boolean shifted = cell instanceof CorruptionCell || cell instanceof SequenceCell;
          Kind kind = shifted ? Kind.CORRUPTION : Kind.ATTACK;
          Map<String, double[]> measures = new TreeMap<>(outcome.values());
          for (RetrievalMetric metric : metrics) {
            if (measures.remove(MetricNames.word(metric)) == null) {
              continue;
            }
            Estimate estimate = estimate(metric, outcome.values());
            Double spread = trials.spread(outcome.values().get(MetricNames.word(metric)));
            rows.add(row(kind, cell.perturbation(), cell, metric, estimate, spread, reference));
          }
          if (cell instanceof AttackCell attack && attack.attack().seeksMinimumNorm()) {
            rows.add(median(attack, outcome));
          }
          if (cell instanceof WorstCaseCell worst) {
            rows.addAll(members(worst, outcome));
          }
          measures.forEach(
              (word, values) -> {
                double[] before = outcome.before().get(word);
                boolean queries = outcome.rank() != null;
                rows.add(
                    row(
                        kind,
                        cell.perturbation(),
                        cell,
                        MetricNames.name(word),
                        MetricNames.cutOff(word),
                        measured(word, values, queries),
                        queries ? trials.spread(values) : null,
                        before == null ? null : mean(before)));
              });
        });
    rows.addAll(means(outcomes, reference));
    boolean unit = card.embedding().normalize() || card.embedding().metric() == Distance.COSINE;
    EmpiricalScore.of(outcomes, unit, trials, seed(EmpiricalScore.METRIC))
        .forEach(score -> rows.add(row(score)));
    return rows;
  }

  /**
   * What a mean over corruptions stands for.
   *
   * @param label {@code gaussian-noise-mean}, {@code noise-mean}, {@code corruptions-mean}
   * @param family null for all
   * @param severity null for all
   * @param dialect null where they may differ
   */
  private record Mean(String label, String family, Integer severity, Side side, String dialect) {}

  /**
   * Returns the means over the severities of each corruption and over the corruptions of each
   * family and severity, where there are several, and over all corruptions, which count alike.
   */
  private List<ResultRow> means(Map<Cell, CellOutcome> outcomes, Map<String, Estimate> reference) {
    Map<Mean, List<CellOutcome>> bySeverities = new LinkedHashMap<>();
    Map<Mean, List<CellOutcome>> byFamily = new LinkedHashMap<>();
    outcomes.forEach(
        (cell, outcome) -> {
          if (cell instanceof CorruptionCell c) {
            String family = c.corruption().family().id();
            Mean ofSeverities =
                new Mean(c.perturbation() + MEAN, family, null, c.side(), c.dialectLabel());
            Mean ofFamily = new Mean(family + MEAN, family, c.severity(), c.side(), null);
            bySeverities.computeIfAbsent(ofSeverities, m -> new ArrayList<>()).add(outcome);
            byFamily.computeIfAbsent(ofFamily, m -> new ArrayList<>()).add(outcome);
          }
        });
    List<ResultRow> rows = new ArrayList<>();
    Map<Side, List<Map<String, double[]>>> bySide = new TreeMap<>();
    bySeverities.forEach(
        (mean, cells) -> {
          Map<String, double[]> values = mean(cells.stream().map(CellOutcome::values).toList());
          bySide.computeIfAbsent(mean.side(), m -> new ArrayList<>()).add(values);
          if (cells.size() > 1) {
            rows.addAll(rows(mean, values, reference));
          }
        });
    byFamily.forEach(
        (mean, cells) -> {
          if (cells.size() > 1) {
            rows.addAll(
                rows(mean, mean(cells.stream().map(CellOutcome::values).toList()), reference));
          }
        });
    bySide.forEach(
        (side, all) ->
            rows.addAll(
                rows(new Mean(CORRUPTIONS_MEAN, null, null, side, null), mean(all), reference)));
    return rows;
  }

  /** Returns the mean for each metric and trial. */
  private Map<String, double[]> mean(List<Map<String, double[]>> several) {
    Map<String, double[]> means = new LinkedHashMap<>();
    for (RetrievalMetric metric : metrics) {
      String word = MetricNames.word(metric);
      double[] mean = new double[trials.size()];
      for (Map<String, double[]> values : several) {
        for (int t = 0; t < mean.length; t++) {
          mean[t] += values.get(word)[t];
        }
      }
      // Divided at last: a mean of ones is 1, not an ulp more.
      for (int t = 0; t < mean.length; t++) {
        mean[t] /= several.size();
      }
      means.put(word, mean);
    }
    return means;
  }

  private List<ResultRow> rows(
      Mean mean, Map<String, double[]> values, Map<String, Estimate> reference) {
    List<ResultRow> rows = new ArrayList<>();
    for (RetrievalMetric metric : metrics) {
      String word = MetricNames.word(metric);
      // Means of flags are no flags: their interval is that of a mean.
      Estimate estimate = trials.estimateFraction(values.get(word), seed(word));
      double cleanValue = reference.get(word).value();
      rows.add(
          new ResultRow(
              card.name(),
              dataset,
              Kind.AGGREGATE,
              mean.label(),
              mean.family(),
              null,
              null,
              null,
              null,
              mean.severity(),
              mean.side().id(),
              null,
              null,
              metric.id(),
              metric.k().isPresent() ? Integer.valueOf(metric.k().getAsInt()) : null,
              estimate.value(),
              estimate.low(),
              estimate.high(),
              estimate.n(),
              cleanValue,
              cleanValue == 0 ? null : Double.valueOf(estimate.value() / cleanValue),
              clean.seed(),
              null,
              mean.dialect(),
              null,
              trials.spread(values.get(word))));
    }
    return rows;
  }

  /**
   * The median of the perturbation that breaks recall@k: 0 where it is broken without, infinite
   * where none was found.
   */
  private ResultRow median(AttackCell cell, CellOutcome outcome) {
    int k = ((Margin) cell.objective()).k();
    double[] length = cell.threat().norm() == Norm.LINF ? outcome.linf() : outcome.l2();
    double[] needed = new double[trials.size()];
    for (int t = 0; t < needed.length; t++) {
      needed[t] = outcome.rank()[t] > k ? length[t] : Double.POSITIVE_INFINITY;
    }
    return row(
        Kind.ATTACK,
        cell.perturbation(),
        cell,
        MEDIAN_PERTURBATION,
        k,
        trials.median(needed),
        null,
        null);
  }

  private static Double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /**
   * What is left of recall@k behind each member of a worst case; with an ablation also what it
   * leaves alone, and what the others leave without it.
   */
  private List<ResultRow> members(WorstCaseCell cell, CellOutcome outcome) {
    List<ResultRow> rows = new ArrayList<>();
    Set<String> all = new HashSet<>(cell.members().stream().map(m -> m.name()).toList());
    Set<String> before = new HashSet<>();
    if (cell.below() != null) {
      rows.add(member(cell, SMALLER, Metric.LEFT_BEHIND, left(outcome, before, true)));
    }
    for (WorstCaseCell.Member member : cell.members()) {
      before.add(member.name());
      rows.add(member(cell, member.name(), Metric.LEFT_BEHIND, left(outcome, before, true)));
      if (cell.ablation()) {
        Set<String> others = new HashSet<>(all);
        others.remove(member.name());
        Set<String> alone = Set.of(member.name());
        rows.add(member(cell, member.name(), Metric.LEFT_ALONE, left(outcome, alone, false)));
        rows.add(member(cell, member.name(), Metric.LEFT_WITHOUT, left(outcome, others, false)));
      }
    }
    rows.addAll(withstood(cell, outcome));
    return rows;
  }

  /** How many passes what survives a worst case has withstood; nothing where nothing survives. */
  private List<ResultRow> withstood(WorstCaseCell cell, CellOutcome outcome) {
    int[] survivors =
        IntStream.range(0, trials.size())
            .filter(t -> outcome.brokenBy().get(t).isEmpty())
            .toArray();
    List<ResultRow> rows = new ArrayList<>();
    if (survivors.length > 0) {
      rows.add(passes(cell, Metric.SURVIVOR_FORWARDS, outcome.forwards(), survivors));
      rows.add(passes(cell, Metric.SURVIVOR_BACKWARDS, outcome.backwards(), survivors));
    }
    return rows;
  }

  private ResultRow passes(WorstCaseCell cell, String metric, int[] passes, int... survivors) {
    double[] each = Arrays.stream(survivors).mapToDouble(t -> passes[t]).toArray();
    return row(
        Kind.ATTACK,
        cell.perturbation(),
        cell,
        metric,
        cell.k(),
        Intervals.median(each),
        null,
        null);
  }

  /**
   * Returns 1 for each trial that survives these members, and 0 for the others.
   *
   * @param smaller whether it also has to survive all members under smaller budgets
   */
  private static double[] left(CellOutcome outcome, Set<String> members, boolean smaller) {
    return outcome.brokenBy().stream()
        .mapToDouble(
            by ->
                by.stream()
                        .anyMatch(
                            m ->
                                m.equals(CellOutcome.CLEAN)
                                    || members.contains(CellOutcome.member(m))
                                    || (smaller && CellOutcome.isUnderSmaller(m)))
                    ? 0
                    : 1)
        .toArray();
  }

  private ResultRow member(WorstCaseCell cell, String member, String metric, double[] left) {
    return row(
        Kind.ATTACK,
        cell.perturbation(),
        cell,
        member,
        metric,
        cell.k(),
        trials.estimate(new RecallAtK(cell.k()), left, seed(MetricNames.recall(cell.k()))),
        trials.spread(left),
        null);
  }

  /** Returns the mean of what a cell measures beside the metrics. */
  private Estimate measured(String word, double[] values, boolean ofQueries) {
    boolean fraction = new Metric(MetricNames.name(word), MetricNames.cutOff(word)).isFraction();
    if (ofQueries) {
      return fraction
          ? trials.estimateFraction(values, seed(word))
          : trials.estimate(values, seed(word));
    }
    return fraction
        ? Intervals.bounded(values, 0, 1, seed(word))
        : Intervals.bootstrap(values, seed(word));
  }

  private Estimate estimate(RetrievalMetric metric, Map<String, double[]> values) {
    String word = MetricNames.word(metric);
    return trials.estimate(metric, values.get(word), seed(word));
  }

  /** The same for every cell, so that equal values have equal intervals. */
  private long seed(String measure) {
    return CounterRng.of(clean.seed(), "interval", CounterRng.hash(measure)).nextLong();
  }

  private ResultRow row(
      Kind kind,
      String perturbation,
      Cell cell,
      RetrievalMetric metric,
      Estimate estimate,
      Double spread,
      Map<String, Estimate> reference) {
    Integer k = metric.k().isPresent() ? Integer.valueOf(metric.k().getAsInt()) : null;
    double cleanValue = reference.get(MetricNames.word(metric)).value();
    return row(kind, perturbation, cell, metric.id(), k, estimate, spread, cleanValue);
  }

  private ResultRow row(
      Kind kind,
      String perturbation,
      Cell cell,
      String metric,
      Integer k,
      Estimate estimate,
      Double spread,
      Double cleanValue) {
    return row(kind, perturbation, cell, objective(cell), metric, k, estimate, spread, cleanValue);
  }

  private static String objective(Cell cell) {
    return cell instanceof AttackCell attack ? attack.objective().label() : null;
  }

  private ResultRow row(
      Kind kind,
      String perturbation,
      Cell cell,
      String objective,
      String metric,
      Integer k,
      Estimate estimate,
      Double spread,
      Double cleanValue) {
    AttackCell attack = cell instanceof AttackCell a ? a : null;
    ThreatModel threat = cell == null ? null : cell.threat();
    CorruptionCell corruption = cell instanceof CorruptionCell c ? c : null;
    Double epsilon = threat == null ? null : threat.epsilon().value();
    boolean linf = threat != null && threat.norm() == Norm.LINF;
    return new ResultRow(
        card.name(),
        dataset,
        kind,
        perturbation,
        family(cell),
        objective,
        threat == null ? null : threat.norm().id(),
        epsilon,
        linf ? Double.valueOf(threat.epsilon().in255()) : null,
        corruption == null ? null : Integer.valueOf(corruption.severity()),
        cell == null ? null : cell.side().id(),
        threat == null ? null : threat.knowledge().id(),
        attack == null ? null : attack.attack().steps(),
        metric,
        k,
        estimate.value(),
        estimate.low(),
        estimate.high(),
        estimate.n(),
        cleanValue,
        cleanValue == null || cleanValue == 0
            ? null
            : Double.valueOf(estimate.value() / cleanValue),
        clean.seed(),
        cell == null ? null : cell.setting(),
        corruption == null ? null : corruption.dialectLabel(),
        threat == null ? null : threat.hash(),
        spread);
  }

  /** A score over both sides: it has a budget, but no threat model of its own. */
  private ResultRow row(EmpiricalScore score) {
    AttackCell cell = score.cell();
    Estimate estimate = score.estimate();
    boolean linf = cell.threat().norm() == Norm.LINF;
    return new ResultRow(
        card.name(),
        dataset,
        Kind.AGGREGATE,
        score.label(),
        null,
        null,
        cell.threat().norm().id(),
        cell.threat().epsilon().value(),
        linf ? Double.valueOf(cell.threat().epsilon().in255()) : null,
        null,
        null,
        cell.threat().knowledge().id(),
        cell.attack().steps(),
        EmpiricalScore.METRIC,
        null,
        estimate.value(),
        estimate.low(),
        estimate.high(),
        estimate.n(),
        null,
        null,
        clean.seed(),
        score.setting(),
        null,
        null,
        null);
  }

  private static String family(Cell cell) {
    if (cell instanceof CorruptionCell corruption) {
      return corruption.corruption().family().id();
    }
    if (cell instanceof SequenceCell) {
      return Sequence.FAMILY;
    }
    return cell instanceof EmbeddingCell ? EmbeddingAttack.FAMILY : null;
  }
}
