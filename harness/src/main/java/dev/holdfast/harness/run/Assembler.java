package dev.holdfast.harness.run;

import ai.djl.engine.Engine;
import dev.holdfast.attacks.corruption.Sequence;
import dev.holdfast.attacks.embedding.EmbeddingAttack;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.threat.Norm;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.attacks.trust.AttackStrength;
import dev.holdfast.attacks.trust.FiniteEmbeddings;
import dev.holdfast.harness.config.Metrics;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.CorruptionCell;
import dev.holdfast.harness.plan.EmbeddingCell;
import dev.holdfast.harness.plan.SequenceCell;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.RecallAtK;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.data.Draw;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelStore;
import dev.holdfast.models.yaml.StrictYaml;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.BrokenImage;
import dev.holdfast.reports.result.DataInfo;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ModelInfo;
import dev.holdfast.reports.result.Provenance;
import dev.holdfast.reports.result.QueryRow;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.Run;
import dev.holdfast.reports.result.Shown;
import dev.holdfast.reports.result.ThreatInfo;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import dev.holdfast.reports.table.Metric;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes the files of a finished audit from its cells. Nothing is computed twice here. */
final class Assembler {

  private static final String RECALL_AT_1 = "recall@1";
  private static final String CORRUPTIONS_MEAN = "corruptions-mean";
  private static final String MEAN = "-mean";
  private static final String MEDIAN_PERTURBATION = "median-perturbation";

  private final AuditOptions options;
  private final EmbeddingModel model;
  private final ImageSet set;
  private final PixelStore store;
  private final RunFolder folder;
  private final List<RetrievalMetric> metrics;
  private final int excluded;
  private final List<Draw> draws;
  private final int[] queries;
  private final Trials trials;

  Assembler(
      AuditOptions options,
      EmbeddingModel model,
      ImageSet set,
      PixelStore store,
      RunFolder folder,
      List<RetrievalMetric> metrics,
      int excluded,
      List<Draw> draws,
      int[] queries,
      Trials trials) {
    this.options = options;
    this.model = model;
    this.set = set;
    this.store = store;
    this.folder = folder;
    this.metrics = metrics;
    this.excluded = excluded;
    this.draws = draws;
    this.queries = queries;
    this.trials = trials;
  }

  Audit write(CellOutcome clean, Map<Cell, CellOutcome> outcomes, Probed probed, Instant started) {
    List<TrustVerdict> trust = new ArrayList<>(probed.verdicts());
    trust.add(budgets(outcomes));
    trust.add(finite(clean, outcomes));
    trust.add(Verdicts.of(AttackStrength.monotone(curves(outcomes))));
    trust.addAll(blackBox(outcomes));
    Audit audit =
        new Audit(
            Audit.SCHEMA_VERSION,
            new ModelInfo(model.card().name(), model.sha256(), model.card().toMap()),
            data(),
            options.battery().name(),
            threats(outcomes.keySet()),
            rows(clean, outcomes),
            trust,
            provenance(clean, outcomes, probed, started));
    List<Shown> shown = outcomes.values().stream().flatMap(o -> o.shown().stream()).toList();
    AuditFiles.writeShown(folder.path(), shown);
    writeEvidenceIndex(outcomes);
    AuditFiles.writeQueries(folder.path(), queryRows(clean, outcomes));
    AuditFiles.writeAudit(folder.path(), audit);
    AuditFiles.render(folder.path());
    return audit;
  }

  private DataInfo data() {
    List<ImageItem> items = store.items();
    return new DataInfo(
        set.name(),
        set.part(),
        store.fingerprint(),
        set.protocol().id(),
        trials.count(),
        items.size(),
        (int) items.stream().mapToLong(ImageItem::label).distinct().count(),
        queries.length,
        draws.get(0).gallery().length,
        excluded,
        Stream.concat(set.notes().stream(), store.notes().stream()).toList(),
        store.broken().stream().map(b -> new BrokenImage(b.path(), b.reason())).toList());
  }

  private static List<ThreatInfo> threats(Set<Cell> cells) {
    Set<ThreatInfo> threats = new LinkedHashSet<>();
    for (Cell cell : cells) {
      ThreatModel t = threat(cell);
      if (t != null) {
        threats.add(
            new ThreatInfo(
                t.hash(),
                t.norm().id(),
                t.epsilon().text(),
                t.epsilon().value(),
                t.side().id(),
                t.knowledgeInWords()));
      }
    }
    return List.copyOf(threats);
  }

  private List<ResultRow> rows(CellOutcome clean, Map<Cell, CellOutcome> outcomes) {
    List<ResultRow> rows = new ArrayList<>();
    Map<String, Estimate> reference = new LinkedHashMap<>();
    for (RetrievalMetric metric : metrics) {
      Estimate estimate = estimate(metric, clean.values());
      reference.put(Metrics.word(metric), estimate);
      Double spread = trials.spread(clean.values().get(Metrics.word(metric)));
      rows.add(row(Kind.CLEAN, "clean", null, metric, estimate, spread, reference));
    }
    outcomes.forEach(
        (cell, outcome) -> {
          boolean shifted = cell instanceof CorruptionCell || cell instanceof SequenceCell;
          Kind kind = shifted ? Kind.CORRUPTION : Kind.ATTACK;
          Map<String, double[]> measures = new TreeMap<>(outcome.values());
          for (RetrievalMetric metric : metrics) {
            if (measures.remove(Metrics.word(metric)) == null) {
              continue;
            }
            Estimate estimate = estimate(metric, outcome.values());
            Double spread = trials.spread(outcome.values().get(Metrics.word(metric)));
            rows.add(row(kind, cell.perturbation(), cell, metric, estimate, spread, reference));
          }
          if (cell instanceof AttackCell attack && attack.attack().looksForTheSmallest()) {
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
                        Metrics.name(word),
                        Metrics.cutOff(word),
                        measured(word, values, queries),
                        queries ? trials.spread(values) : null,
                        before == null ? null : mean(before)));
              });
        });
    rows.addAll(means(outcomes, reference));
    boolean unit =
        model.card().embedding().normalize()
            || model.card().embedding().metric() == Distance.COSINE;
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
      String word = Metrics.word(metric);
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
      String word = Metrics.word(metric);
      // Means of flags are no flags: their interval is that of a mean.
      Estimate estimate = trials.estimateFraction(values.get(word), seed(word));
      double cleanValue = reference.get(word).value();
      rows.add(
          new ResultRow(
              model.card().name(),
              set.name(),
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
              options.seed(),
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
    for (WorstCaseCell.Member member : cell.members()) {
      before.add(member.name());
      rows.add(member(cell, member, Metric.LEFT_BEHIND, left(outcome, before)));
      if (cell.ablation()) {
        Set<String> others = new HashSet<>(all);
        others.remove(member.name());
        rows.add(member(cell, member, Metric.LEFT_ALONE, left(outcome, Set.of(member.name()))));
        rows.add(member(cell, member, Metric.LEFT_WITHOUT, left(outcome, others)));
      }
    }
    return rows;
  }

  /** Returns 1 for each trial that survives these members, and 0 for the others. */
  private static double[] left(CellOutcome outcome, Set<String> members) {
    return outcome.brokenBy().stream()
        .mapToDouble(
            by ->
                by.stream().anyMatch(m -> m.equals(CellOutcome.CLEAN) || members.contains(m))
                    ? 0
                    : 1)
        .toArray();
  }

  private ResultRow member(
      WorstCaseCell cell, WorstCaseCell.Member member, String metric, double[] left) {
    return row(
        Kind.ATTACK,
        cell.perturbation(),
        cell,
        member.name(),
        metric,
        cell.k(),
        trials.estimate(new RecallAtK(cell.k()), left, seed("recall@" + cell.k())),
        trials.spread(left),
        null);
  }

  /** Queries that only attacks without gradients broke speak against those with them. */
  private static List<TrustVerdict> blackBox(Map<Cell, CellOutcome> outcomes) {
    List<TrustVerdict> verdicts = new ArrayList<>();
    outcomes.forEach(
        (cell, outcome) -> {
          if (cell instanceof WorstCaseCell worst) {
            Set<String> seeing = new HashSet<>();
            Set<String> blind = new HashSet<>();
            for (WorstCaseCell.Member member : worst.members()) {
              (member.seesGradients() ? seeing : blind).add(member.name());
            }
            if (!blind.isEmpty() && !seeing.isEmpty()) {
              List<List<String>> attacked =
                  outcome.brokenBy().stream()
                      .filter(by -> !by.contains(CellOutcome.CLEAN))
                      .toList();
              String budget = worst.threat().norm().id() + "-" + worst.threat().epsilon();
              verdicts.add(
                  Verdicts.of(
                      AttackStrength.blackBox(
                          "black-box-" + budget,
                          broken(attacked, seeing),
                          broken(attacked, blind))));
            }
          }
        });
    return verdicts;
  }

  private static boolean[] broken(List<List<String>> brokenBy, Set<String> members) {
    boolean[] broken = new boolean[brokenBy.size()];
    for (int i = 0; i < broken.length; i++) {
      broken[i] = brokenBy.get(i).stream().anyMatch(members::contains);
    }
    return broken;
  }

  /** Returns the mean of what a cell measures beside the metrics. */
  private Estimate measured(String word, double[] values, boolean ofQueries) {
    boolean fraction = new Metric(Metrics.name(word), Metrics.cutOff(word)).isFraction();
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
    String word = Metrics.word(metric);
    return trials.estimate(metric, values.get(word), seed(word));
  }

  /** The same for every cell, so that equal values have equal intervals. */
  private long seed(String measure) {
    return CounterRng.of(options.seed(), "interval", CounterRng.hash(measure)).nextLong();
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
    double cleanValue = reference.get(Metrics.word(metric)).value();
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

  /** Whose budget, side and knowledge a cell has; null where nobody attacks images. */
  private static ThreatModel threat(Cell cell) {
    return cell instanceof AttackCell attack
        ? attack.threat()
        : cell instanceof WorstCaseCell worst ? worst.threat() : null;
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
    ThreatModel threat = threat(cell);
    CorruptionCell corruption = cell instanceof CorruptionCell c ? c : null;
    Double epsilon = threat == null ? null : threat.epsilon().value();
    boolean linf = threat != null && threat.norm() == Norm.LINF;
    return new ResultRow(
        model.card().name(),
        set.name(),
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
        options.seed(),
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
        model.card().name(),
        set.name(),
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
        options.seed(),
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

  private TrustVerdict budgets(Map<Cell, CellOutcome> outcomes) {
    int over = outcomes.values().stream().mapToInt(CellOutcome::overBudget).sum();
    return new TrustVerdict(
        "budget",
        over == 0 ? Verdict.OK : Verdict.UNRELIABLE,
        over == 0
            ? "Every perturbed image is inside its budget and inside [0,1], recomputed in double."
            : over + " perturbed images left their budget or [0,1].",
        Map.of("images_over_budget", (double) over));
  }

  private static TrustVerdict finite(CellOutcome clean, Map<Cell, CellOutcome> outcomes) {
    return Verdicts.of(
        FiniteEmbeddings.all(
            clean.notFinite(), outcomes.values().stream().mapToLong(CellOutcome::notFinite).sum()));
  }

  /**
   * Returns recall@1 of attacks that differ in nothing but epsilon, or in nothing but their steps.
   * One step of full length may overshoot, and what looks for the smallest perturbation has a
   * limit, not a budget: neither is a curve that must fall. What was made for another model need
   * not fall either.
   */
  private static List<List<AttackStrength.Point>> curves(Map<Cell, CellOutcome> outcomes) {
    Map<String, List<AttackStrength.Point>> curves = new LinkedHashMap<>();
    outcomes.forEach(
        (cell, outcome) -> {
          double[] hits = outcome.values().get(RECALL_AT_1);
          if (!(cell instanceof AttackCell attack)
              || hits == null
              || attack.side() != Side.QUERY
              || attack.threat().surrogate() != null
              || attack.attack().steps() == null
              || attack.attack().steps() < 2
              || attack.attack().looksForTheSmallest()) {
            return;
          }
          String norm = attack.threat().norm().id();
          double epsilon = attack.threat().epsilon().value();
          int steps = attack.attack().steps();
          Map<String, Object> others = new TreeMap<>(StrictYaml.toMap(attack.attack()));
          others.remove("steps");
          String objective = attack.objective().label();
          curves
              .computeIfAbsent(
                  String.join("|", "epsilon", attack.setting(), norm), k -> new ArrayList<>())
              .add(new AttackStrength.Point(attack.title(), epsilon, hits));
          curves
              .computeIfAbsent(
                  String.join(
                          "|", "steps", attack.perturbation(), others.toString(), objective, norm)
                      + epsilon,
                  k -> new ArrayList<>())
              .add(new AttackStrength.Point(attack.title() + ", " + steps + " steps", steps, hits));
        });
    return curves.values().stream().filter(points -> points.size() > 1).toList();
  }

  private Provenance provenance(
      CellOutcome clean, Map<Cell, CellOutcome> outcomes, Probed probed, Instant started) {
    Engine engine = Engine.getEngine("PyTorch");
    Map<String, String> libraries = new TreeMap<>();
    libraries.put("djl", Build.djl());
    libraries.put("pytorch", engine.getVersion());
    Instant finished = Instant.now();
    long forwards =
        clean.totalForwards()
            + outcomes.values().stream().mapToLong(CellOutcome::totalForwards).sum()
            + surrogates(outcomes.keySet()) * store.items().size();
    return new Provenance(
        folder.configHash(),
        Build.version(),
        Build.commit(),
        libraries,
        options.seed(),
        options.batchSize(),
        forwards,
        outcomes.values().stream().mapToLong(CellOutcome::totalBackwards).sum(),
        probed.forwards(),
        probed.backwards(),
        new Run(
            started.truncatedTo(ChronoUnit.SECONDS).toString(),
            finished.truncatedTo(ChronoUnit.SECONDS).toString(),
            Duration.between(started, finished).toMillis() / 1000.0,
            host(),
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            System.getProperty("java.vendor") + " " + System.getProperty("java.version"),
            options.device(),
            options.threads()));
  }

  /** Returns how many models beside the candidate embed all images, each once. */
  private static long surrogates(Set<Cell> cells) {
    return cells.stream()
        .filter(AttackCell.class::isInstance)
        .map(cell -> ((AttackCell) cell).threat().surrogate())
        .filter(Objects::nonNull)
        .distinct()
        .count();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private Stream<QueryRow> queryRows(CellOutcome clean, Map<Cell, CellOutcome> outcomes) {
    Stream<QueryRow> first = queryRows("clean", "clean", clean, clean);
    return Stream.concat(
        first,
        outcomes.entrySet().stream()
            .flatMap(
                e -> queryRows(e.getKey().id(), e.getKey().perturbation(), e.getValue(), clean)));
  }

  private Stream<QueryRow> queryRows(
      String cell, String perturbation, CellOutcome outcome, CellOutcome clean) {
    if (outcome.rank() == null) {
      return candidateRows(cell, perturbation, outcome);
    }
    return IntStream.range(0, trials.size())
        .mapToObj(
            i -> {
              ImageItem item = store.items().get(queries[trials.queries()[i]]);
              Map<Integer, Boolean> hits = new TreeMap<>();
              for (RetrievalMetric metric : metrics) {
                double[] values = outcome.values().get(Metrics.word(metric));
                if (values != null) {
                  metric.k().ifPresent(k -> hits.put(k, values[i] > 0));
                }
              }
              return new QueryRow(
                  cell,
                  perturbation,
                  item.id(),
                  item.path(),
                  item.className(),
                  clean.rank()[i],
                  outcome.rank()[i],
                  hits,
                  outcome.distanceMoved()[i],
                  outcome.linf()[i],
                  outcome.l2()[i],
                  outcome.steps()[i],
                  outcome.forwards()[i],
                  outcome.backwards()[i],
                  trials.draws()[i],
                  brokenBy(outcome, i));
            });
  }

  /** Candidates are not asked: they have passes and perturbations, but no ranks and no hits. */
  private Stream<QueryRow> candidateRows(String cell, String perturbation, CellOutcome outcome) {
    Map<Long, ImageItem> byId = new HashMap<>();
    store.items().forEach(item -> byId.put(item.id(), item));
    return IntStream.range(0, outcome.ids().length)
        .mapToObj(
            i -> {
              ImageItem item = byId.get(outcome.ids()[i]);
              return new QueryRow(
                  cell,
                  perturbation,
                  item.id(),
                  item.path(),
                  item.className(),
                  null,
                  null,
                  Map.of(),
                  outcome.distanceMoved()[i],
                  outcome.linf()[i],
                  outcome.l2()[i],
                  outcome.steps()[i],
                  outcome.forwards()[i],
                  outcome.backwards()[i],
                  0,
                  null);
            });
  }

  private static String brokenBy(CellOutcome outcome, int trial) {
    return outcome.brokenBy() == null || outcome.brokenBy().get(trial).isEmpty()
        ? null
        : String.join("; ", outcome.brokenBy().get(trial));
  }

  private void writeEvidenceIndex(Map<Cell, CellOutcome> outcomes) {
    List<Evidence.Entry> entries = new ArrayList<>();
    entries.add(
        folder
            .read("gallery", Evidence.Entry.class)
            .orElseThrow(() -> new RunException("The stored embeddings have disappeared.")));
    outcomes.values().stream()
        .map(CellOutcome::evidence)
        .filter(Objects::nonNull)
        .forEach(entries::add);
    outcomes.values().stream()
        .flatMap(outcome -> outcome.pictures().stream())
        .distinct()
        .forEach(entries::add);
    AtomicFile.write(
        folder.path().resolve(Evidence.FOLDER).resolve(Evidence.INDEX),
        RunFolder.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(entries) + "\n");
  }
}
