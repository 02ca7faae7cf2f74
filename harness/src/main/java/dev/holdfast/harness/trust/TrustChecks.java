package dev.holdfast.harness.trust;

import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.trust.AttackStrength;
import dev.holdfast.attacks.trust.ChanceLevel;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.harness.audit.cell.CellContext;
import dev.holdfast.harness.audit.cell.Perturber;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.outcome.PerturbationResult;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.runtime.AuditProgress;
import dev.holdfast.harness.runtime.CountingModel;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.models.budget.Norm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whether the numbers of an audit can be trusted: asked before its cells, and behind them. What
 * cells have answered is not asked again, and what the questions may cost grows with the audit.
 */
public final class TrustChecks {

  private static final String BEFORE = "probe";
  private static final String BLACK_BOX = "black-box";
  private static final String CONVERGENCE = "convergence";
  private static final String RELIABILITY = "reliability";
  private static final String AFTERWARDS = "afterwards";

  /** Passes that finding a fake takes in an audit of any size. */
  private static final long BASE = 6000;

  /** What may come on top, in parts of the passes of the cells. */
  private static final double SHARE = 0.1;

  /** Rough costs of what is asked before the cells, for each image of the sample. */
  private static final int COST_OF_PROBE = 44;

  private static final int COST_OF_ATTACKS = 90;

  /** The attack without gradients gets a sixth of what may be spent. */
  private static final int PARTS = 6;

  private final CellContext context;
  private final CleanBaseline clean;
  private final CountingModel model;
  private final ImageBatches images;
  private final AuditProgress progress;

  public TrustChecks(CellContext context, AuditProgress progress) {
    this.context = context;
    this.clean = context.clean();
    this.model = context.model();
    this.images = context.images();
    this.progress = progress;
  }

  /** Says what the checks will cost as far as the outcomes so far can tell. */
  public void plan(Map<Cell, CellOutcome> outcomes) {
    boolean attacks = hasAttacks();
    int sample = AttackProbe.QUERIES;
    planUnlessStored(
        BEFORE, rows(sample) * (COST_OF_PROBE + (attacks ? (long) COST_OF_ATTACKS : 0)));
    boolean blackBox = attacks && AttackProbe.isBlackBoxWorthAsking(broken(trials(), outcomes));
    boolean told = outcomes.keySet().stream().anyMatch(TrustChecks::isBound);
    planUnlessStored(BLACK_BOX, blackBox && told ? rows(sample) * inquiries() : 0);
    long longer = 0;
    long spent =
        context.folder().read(BEFORE, ProbeReport.class).map(ProbeReport::passes).orElse(0L);
    for (ConvergenceProbe.Question question : questions(outcomes, spent)) {
      longer += rows(sample) * (long) question.longer().cost();
    }
    planUnlessStored(CONVERGENCE, longer);
    long again = 0;
    for (Map.Entry<Cell, CellOutcome> entry : outcomes.entrySet()) {
      if (entry.getKey() instanceof WorstCaseCell) {
        // Every other pass goes back, and costs two.
        again += Reliability.allowance(entry.getValue()) * 3 / 2;
      }
    }
    planUnlessStored(RELIABILITY, again);
    planUnlessStored(AFTERWARDS, rows(sample));
  }

  private void planUnlessStored(String name, long cost) {
    if (context.folder().read(name, ProbeReport.class).isPresent()) {
      progress.leaveOut(name);
    } else {
      progress.plan(name, cost);
    }
  }

  /** Asks once, stores what was found, and counts its passes. */
  private ProbeReport once(String name, Supplier<List<Finding>> findings) {
    Optional<ProbeReport> stored = context.folder().read(name, ProbeReport.class);
    if (stored.isPresent()) {
      progress.leaveOut(name);
      return stored.get();
    }
    long forwards = model.forwards();
    long backwards = model.backwards();
    List<Finding> found = progress.during(name, step -> findings.get());
    ProbeReport probed =
        new ProbeReport(
            Verdicts.of(found), model.forwards() - forwards, model.backwards() - backwards);
    context.folder().write(name, probed);
    return probed;
  }

  /** Looks at the model, its embeddings and its gradients. */
  public ProbeReport before() {
    return once(
        BEFORE,
        () -> {
          List<Finding> findings = new ArrayList<>();
          findings.add(ChanceLevel.clean(clean.hits(), clean.chance()));
          int[] points =
              IntStream.range(0, images.count()).filter(i -> clean.finite()[i]).toArray();
          findings.addAll(probe().run(points, clean.embeddings().select(points)));
          if (hasAttacks()) {
            int[] chosen = trials();
            int[] items = items(chosen);
            double[] all = clean.chance();
            findings.addAll(
                attackProbe()
                    .look(
                        items,
                        clean.embeddings().select(items),
                        Arrays.stream(chosen).mapToDouble(t -> all[t]).toArray(),
                        clean::hitsInFirstDraw));
          }
          return findings;
        });
  }

  private boolean hasAttacks() {
    return context.cells().stream().anyMatch(cell -> cell.threat() != null);
  }

  private ModelProbe probe() {
    return new ModelProbe(model, images, clean.seed());
  }

  private AttackProbe attackProbe() {
    return new AttackProbe(model, images, clean.galleryView(), clean.seed());
  }

  /** Returns a few trials of the first draw. */
  private int[] trials() {
    return clean.fewOfFirstDraw(t -> clean.finite()[clean.item(t)], AttackProbe.QUERIES);
  }

  private int[] items(int[] ofTrials) {
    return Arrays.stream(ofTrials).map(clean::item).toArray();
  }

  /** Returns how many rows some images take, padding included. */
  private long rows(int count) {
    int size = images.batchSize();
    return (count + size - 1L) / size * size;
  }

  /** Returns how many passes the checks may take together. */
  private long allowance() {
    long ofCells =
        context.cells().stream()
            .mapToLong(cell -> (long) context.perturbed(cell).length * cell.passes())
            .sum();
    return BASE + (long) (SHARE * ofCells);
  }

  private int inquiries() {
    return (int) Math.min(AttackProbe.INQUIRIES, allowance() / PARTS / rows(AttackProbe.QUERIES));
  }

  /** Tells whether what a cell breaks is broken with gradients, within the budget of the probe. */
  private static boolean isBound(Cell cell) {
    return (cell instanceof AttackCell || cell instanceof WorstCaseCell)
        && cell.side() == Side.QUERY
        && cell.threat().norm() == Norm.LINF
        && cell.threat().epsilon().value() <= AttackProbe.EPSILON
        && cell.threat().knowledge() == Knowledge.WHITE_BOX
        && !(cell instanceof AttackCell attack && attack.attack().seeksMinimumNorm());
  }

  /** Returns which of some trials are wrong without an attack, or under attacks with gradients. */
  private boolean[] broken(int[] trials, Map<Cell, CellOutcome> outcomes) {
    double[] hits = clean.hits();
    boolean[] broken = new boolean[trials.length];
    for (int i = 0; i < trials.length; i++) {
      broken[i] = hits[trials[i]] == 0;
    }
    outcomes.forEach(
        (cell, outcome) -> {
          if (!isBound(cell)) {
            return;
          }
          double[] left = outcome.values().get(ConvergenceProbe.RECALL);
          Set<String> seeing =
              cell instanceof WorstCaseCell worst && worst.k() == 1
                  ? worst.members().stream()
                      .filter(WorstCaseCell.Member::seesGradients)
                      .map(WorstCaseCell.Member::name)
                      .collect(Collectors.toCollection(HashSet::new))
                  : Set.of();
          for (int i = 0; i < trials.length; i++) {
            broken[i] |=
                cell instanceof WorstCaseCell
                    ? outcome.brokenBy().get(trials[i]).stream()
                        .map(CellOutcome::member)
                        .anyMatch(seeing::contains)
                    : left != null && left[trials[i]] == 0;
          }
        });
    return broken;
  }

  /** Compares attacks that see gradients with one that does not. */
  public ProbeReport blackBox(Map<Cell, CellOutcome> outcomes) {
    if (!hasAttacks()) {
      return new ProbeReport(List.of(), 0, 0);
    }
    return once(
        BLACK_BOX,
        () -> {
          int[] chosen = trials();
          int[] items = items(chosen);
          return List.of(
              attackProbe()
                  .blackBox(
                      items,
                      clean.embeddings().select(items),
                      clean::hitsInFirstDraw,
                      broken(chosen, outcomes),
                      inquiries()));
        });
  }

  /**
   * Gives the strongest attacks more steps, on a few queries that they left right.
   *
   * @param spent passes of the checks so far
   */
  public ProbeReport convergence(Map<Cell, CellOutcome> outcomes, long spent) {
    if (!ConvergenceProbe.canBeAsked(outcomes)) {
      progress.leaveOut(CONVERGENCE);
      return new ProbeReport(List.of(), 0, 0);
    }
    return once(
        CONVERGENCE,
        () -> {
          List<Finding> findings = new ArrayList<>();
          for (ConvergenceProbe.Question question : questions(outcomes, spent)) {
            AttackCell cell = question.cell();
            double[] hits = outcomes.get(cell).values().get(ConvergenceProbe.RECALL);
            findings.add(
                AttackStrength.converged(
                    cell.title(),
                    question.times(),
                    Arrays.stream(hits).average().orElse(0),
                    fell(question, clean.fewOfFirstDraw(t -> hits[t] > 0, AttackProbe.QUERIES))));
          }
          if (findings.isEmpty()) {
            findings.add(
                AttackStrength.converged("attacks", ConvergenceProbe.MOST_TIMES, 0, new double[0]));
          }
          return List.of(ConvergenceProbe.worst(findings));
        });
  }

  private List<ConvergenceProbe.Question> questions(Map<Cell, CellOutcome> outcomes, long spent) {
    return ConvergenceProbe.questions(outcomes, allowance() - spent, rows(AttackProbe.QUERIES));
  }

  /** Returns 1 for each of some trials of the first draw that a longer attack breaks, else 0. */
  private double[] fell(ConvergenceProbe.Question question, int[] left) {
    int[] items = items(left);
    Perturber perturber = context.perturber(question.cell());
    try {
      PerturbationResult made =
          perturber.perturb(
              question.longer(),
              items,
              clean.embeddings().select(items),
              (start, n, before, after) -> {});
      double[] hits = clean.hitsInFirstDraw(made.embeddings());
      return IntStream.range(0, items.length)
          .mapToDouble(i -> made.finite()[i] ? 1 - hits[i] : 1)
          .toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Attacks a sample of what survives each worst case with several times the effort. */
  public ProbeReport reliability(Map<Cell, CellOutcome> outcomes) {
    if (outcomes.keySet().stream().noneMatch(WorstCaseCell.class::isInstance)) {
      return new ProbeReport(List.of(), 0, 0);
    }
    return once(
        RELIABILITY,
        () -> {
          Reliability reliability = new Reliability(context);
          List<Finding> findings = new ArrayList<>();
          outcomes.forEach(
              (cell, outcome) -> {
                if (cell instanceof WorstCaseCell worst) {
                  findings.add(reliability.ask(worst, outcome));
                }
              });
          return findings;
        });
  }

  /** Asks once more what was asked in the beginning: the model may have changed. */
  public ProbeReport afterwards() {
    return once(
        AFTERWARDS,
        () -> {
          int[] everything = IntStream.range(0, images.count()).toArray();
          return List.of(probe().afterwards(everything, clean.embeddings(), clean.finite()));
        });
  }
}
