package dev.holdfast.harness.audit.cell;

import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.outcome.Evidence;
import dev.holdfast.harness.outcome.PerturbationResult;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.retrieval.Trials;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.harness.runtime.SpillFile;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.reports.result.Example;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Cells in which a query has to survive several attacks, one after the other. What is broken under
 * a smaller budget is taken over, so the images of a cell are kept until that of the next larger
 * budget is done; an audit that goes on with the larger one makes them again.
 */
public final class WorstCaseCells implements AutoCloseable {

  private final CellContext context;
  private final CleanBaseline clean;
  private final ImageBatches images;

  /** Cells that a larger budget waits for, by their ids. */
  private final Map<String, Attacked> waitedFor = new HashMap<>();

  /** What came of a cell, with the last image of each query that was attacked. */
  private record Attacked(Cascade cascade, SpillFile file) {}

  public WorstCaseCells(CellContext context) {
    this.context = context;
    this.clean = context.clean();
    this.images = context.images();
  }

  /**
   * Attacks and asks.
   *
   * @param step hears what of the cost of the cell is done
   */
  public CellOutcome run(WorstCaseCell cell, LongConsumer step) throws IOException {
    Attacked attacked = attack(cell, context.order(), step);
    try {
      return outcome(cell, attacked.cascade(), attacked.file(), step);
    } finally {
      boolean isWaitedFor =
          context.cells().stream()
              .anyMatch(
                  other ->
                      other instanceof WorstCaseCell larger
                          && larger.below() != null
                          && larger.below().id().equals(cell.id()));
      if (isWaitedFor) {
        waitedFor.put(cell.id(), attacked);
      } else {
        attacked.file().close();
      }
    }
  }

  /** Attacks some queries with all members, behind what is broken under smaller budgets. */
  private Attacked attack(WorstCaseCell cell, int[] order, LongConsumer step) throws IOException {
    boolean[] finite = clean.queriesFinite();
    Cascade cascade =
        new Cascade(
            cell,
            clean.trials(),
            clean.retrieval(),
            clean.queries(),
            clean.asked(),
            finite,
            clean.ranks(clean.results(), finite));
    List<AttackCell> attacks = cell.attacks();
    SpillFile file = new SpillFile(images.values());
    try {
      if (cell.below() != null) {
        Attacked smaller = below(cell.below());
        try (SpillFile kept = smaller.file()) {
          cascade.takeOver(smaller.cascade(), kept, file);
        }
      }
      cascade.run(
          context.perturber(cell),
          order,
          images.values(),
          file,
          (attack, image, of) -> {
            double before = attacks.subList(0, attack).stream().mapToInt(Cell::cost).sum();
            double share = before + (double) image / of * attacks.get(attack).cost();
            step.accept((long) (share * clean.queries().length));
          });
      return new Attacked(cascade, file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Returns what came of the next smaller budget, attacked again where that is long past. */
  private Attacked below(WorstCaseCell cell) throws IOException {
    Attacked there = waitedFor.remove(cell.id());
    if (there != null) {
      return there;
    }
    CellOutcome outcome = context.folder().cell(cell.id()).orElseThrow();
    Trials trials = clean.trials();
    Set<Integer> broken = new HashSet<>();
    for (int t = 0; t < trials.size(); t++) {
      if (outcome.brokenBy().get(t).stream()
          .anyMatch(by -> !by.equals(CellOutcome.CLEAN) && !CellOutcome.isUnderSmaller(by))) {
        broken.add(trials.queries()[t]);
      }
    }
    int[] order = Arrays.stream(context.order()).filter(broken::contains).toArray();
    return attack(cell, order, done -> {});
  }

  @Override
  public void close() throws IOException {
    for (Attacked attacked : waitedFor.values()) {
      attacked.file().close();
    }
    waitedFor.clear();
  }

  private CellOutcome outcome(
      WorstCaseCell cell, Cascade cascade, SpillFile file, LongConsumer step) throws IOException {
    int n = clean.queries().length;
    Trials trials = clean.trials();
    PerturbationResult set = cascade.set();
    double[] left = new double[trials.size()];
    for (int t = 0; t < left.length; t++) {
      left[t] = cascade.brokenBy().get(t).isEmpty() ? 1 : 0;
    }
    int notFinite = 0;
    for (int q = 0; q < n; q++) {
      notFinite += cascade.isPerturbed(q) && !set.finite()[q] ? 1 : 0;
    }
    ExampleCollector tracker = new ExampleCollector(context, cell, step, new int[0]);
    List<QueryResult> results = clean.retrieval().search(trials, set.embeddings());
    tracker.keep(this::image, query -> image(cascade, file, query));
    List<Example> shown = tracker.shown(results);
    return CellOutcome.of(cell.id(), context.folder().configHash(), clean.ids())
        .found(cascade.ranks(), Map.of(MetricNames.recall(cell.k()), left))
        .perturbed(set.perTrial(trials), set, notFinite)
        .evidence(evidence(cell, cascade, file, set))
        .shown(shown, context.showcase().files(shown))
        .brokenBy(cascade.brokenBy())
        .build();
  }

  private float[] image(int query) {
    float[] pixels = new float[images.values()];
    images.clean(clean.queries()[query], pixels, 0);
    return pixels;
  }

  /** A query that no attack has touched is as it was. */
  private float[] image(Cascade cascade, SpillFile file, int query) throws IOException {
    return cascade.isPerturbed(query) ? file.read(query) : image(query);
  }

  private Evidence.Entry evidence(
      WorstCaseCell cell, Cascade cascade, SpillFile file, PerturbationResult set) {
    int[] kept = context.kept(cell, clean.queries());
    if (kept.length == 0) {
      return null;
    }
    EmbeddingSet last = set.embeddings().select(kept);
    long[] shape = images.batchShape().getShape().clone();
    shape[0] = kept.length;
    return Evidence.write(
            context.folder().path(),
            cell.id() + ".npz",
            cell.id(),
            npz -> {
              npz.write("ids", last.ids());
              npz.startFloats("images", shape);
              for (int query : kept) {
                npz.floats(image(cascade, file, query), 0, images.values());
              }
              npz.write("embeddings", last.values(), last.size(), last.dimension());
            })
        .holding(last, clean.queries().length);
  }
}
