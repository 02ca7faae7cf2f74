package dev.holdfast.harness.trust;

import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.Pgd;
import dev.holdfast.attacks.objective.BatchObjective;
import dev.holdfast.attacks.objective.CellObjective;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.trust.AttackStrength;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.harness.audit.cell.CellContext;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Whether what survives a worst case would survive more: a sample of the survivors gets several
 * times the passes that survivors have withstood, by an attack that is none of its members. PGD
 * goes towards each of the nearest wrong items on its own, from one random start each, with a fixed
 * step.
 */
final class Reliability {

  /** What may be spent, in parts of the passes of the worst case. */
  private static final double SHARE = 0.25;

  /** What a sampled survivor gets, in passes that survivors have withstood. */
  private static final int TIMES = 3;

  private static final int MOST_SAMPLED = 32;
  private static final int MOST_ITEMS = 40;
  private static final int USUAL_STEPS = 50;
  private static final int FEWEST_STEPS = 10;
  private static final int MOST_STEPS = 400;

  private final CellContext context;
  private final CleanBaseline clean;
  private final ImageBatches images;

  Reliability(CellContext context) {
    this.context = context;
    this.clean = context.clean();
    this.images = context.images();
  }

  /**
   * How hard some survivors are attacked.
   *
   * @param sampled how many
   * @param items towards how many wrong items each
   * @param steps of each run
   * @param times what that is, in parts of what survivors have withstood
   */
  record Effort(int sampled, int items, int steps, double times) {

    /** Returns the effort that passes allow; null where they allow none that says anything. */
    static Effort of(long passes, double withstood, int survivors, int batchSize) {
      if (survivors == 0 || withstood <= 0) {
        return null;
      }
      double each = TIMES * withstood;
      int sampled = (int) Math.max(1, Math.min(Math.min(MOST_SAMPLED, survivors), passes / each));
      int wished = (int) Math.max(1, Math.min(MOST_ITEMS, each / passes(USUAL_STEPS)));
      // Rows that would be padding are other items.
      int rows = (sampled * wished + batchSize - 1) / batchSize * batchSize;
      int items = Math.min(MOST_ITEMS, rows / sampled);
      int steps = (int) Math.min(MOST_STEPS, (passes / rows - 1) / 2);
      double times = items * passes(steps) / withstood;
      return steps < FEWEST_STEPS || times < 2 ? null : new Effort(sampled, items, steps, times);
    }

    /** Forward and back in each step, and a pass that judges. */
    private static double passes(int steps) {
      return 2.0 * steps + 1;
    }
  }

  /** Returns what may be spent on a worst case. */
  static long allowance(CellOutcome outcome) {
    return (long) (SHARE * (outcome.totalForwards() + outcome.totalBackwards()));
  }

  /** Attacks a sample of the survivors. */
  Finding ask(WorstCaseCell cell, CellOutcome outcome) {
    int[] survivors =
        IntStream.range(0, clean.trials().size())
            .filter(t -> clean.trials().draws()[t] == 0 && outcome.brokenBy().get(t).isEmpty())
            .toArray();
    double withstood =
        Arrays.stream(survivors)
            .mapToDouble(t -> (double) outcome.forwards()[t] + outcome.backwards()[t])
            .average()
            .orElse(0);
    Effort effort = Effort.of(allowance(outcome), withstood, survivors.length, images.batchSize());
    double left =
        outcome.brokenBy().stream().filter(by -> by.isEmpty()).count()
            / (double) clean.trials().size();
    String check = "reliability-" + cell.threat().norm().id() + "-" + cell.threat().epsilon();
    if (effort == null) {
      return AttackStrength.reliable(check, cell.title(), left, 0, new double[0]);
    }
    int[] sample = clean.fewOfFirstDraw(t -> outcome.brokenBy().get(t).isEmpty(), effort.sampled());
    return AttackStrength.reliable(
        check, cell.title(), left, effort.times(), fell(cell, sample, effort));
  }

  /** Returns 1 for each of some trials of the first draw that falls, else 0. */
  private double[] fell(WorstCaseCell cell, int[] sample, Effort effort) {
    int n = sample.length * effort.items();
    int[] items =
        IntStream.range(0, n).map(row -> clean.item(sample[row / effort.items()])).toArray();
    EmbeddingSet rows = clean.embeddings().select(items);
    CellObjective margin = new Margin(cell.k()).aim(clean.galleryView(), rows);
    int values = images.values();
    double[] fell = new double[sample.length];
    float[] batch = new float[images.batchSize() * values];
    int[] waiting = new int[images.batchSize()];
    int[] count = new int[1];
    Runnable judge =
        () -> {
          float[] embedded = images.embed(batch.clone());
          int[] judged = Arrays.copyOf(waiting, count[0]);
          EmbeddingSet asking =
              rows.select(judged).with(Arrays.copyOf(embedded, judged.length * rows.dimension()));
          boolean[] finite = ImageBatches.finite(asking);
          int[] ranks = clean.ranksInFirstDraw(ImageBatches.zeroWhereNotFinite(asking, finite));
          for (int i = 0; i < judged.length; i++) {
            if (!finite[i] || ranks[i] > cell.k()) {
              fell[judged[i] / effort.items()] = 1;
            }
          }
          count[0] = 0;
        };
    new Pgd(effort.steps(), "epsilon/8", null)
        .perturb(
            new AttackTask(
                context.model(),
                rows,
                (row, target, offset) -> images.clean(items[row], target, offset),
                new Towards(margin, effort.items()),
                false,
                margin,
                cell.threat().norm(),
                cell.threat().epsilon().value(),
                clean.seed(),
                "trust/reliability/" + cell.id(),
                images.batchSize(),
                true),
            p -> {
              System.arraycopy(p.image(), 0, batch, count[0] * values, values);
              waiting[count[0]++] = p.item();
              if (count[0] == waiting.length) {
                judge.run();
              }
            });
    if (count[0] > 0) {
      judge.run();
    }
    return fell;
  }

  /**
   * Rows that stand for one item, each aiming at another wrong one.
   *
   * @param margin the objective for all rows
   * @param items how many rows stand for an item
   */
  private record Towards(CellObjective margin, int items) implements CellObjective {

    @Override
    public int[][] chosen() {
      return margin.chosen();
    }

    @Override
    public BatchObjective bind(int[] batch, NDManager manager) {
      int[] ranks = Arrays.stream(batch).map(row -> row < 0 ? 0 : 1 + row % items).toArray();
      return margin.bind(batch, ranks, manager);
    }
  }
}
