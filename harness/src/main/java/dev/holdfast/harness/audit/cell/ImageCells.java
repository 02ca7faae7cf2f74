package dev.holdfast.harness.audit.cell;

import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.outcome.Evidence;
import dev.holdfast.harness.outcome.PerturbationResult;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.retrieval.Trials;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.reports.result.Example;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Cells that perturb images once and embed them: attacks and corruptions. */
public final class ImageCells {

  private final CellContext context;
  private final CleanBaseline clean;

  public ImageCells(CellContext context) {
    this.context = context;
    this.clean = context.clean();
  }

  /** Perturbed images, and the file that they are kept in; null where they are not. */
  private record Perturbation(PerturbationResult set, Evidence.Entry evidence) {}

  /**
   * Perturbs and asks.
   *
   * @param step hears what of the cost of the cell is done
   */
  public CellOutcome run(Cell cell, LongConsumer step) throws IOException {
    if (CellContext.attacksGalleryItems(cell)) {
      return onCandidates(cell, step);
    }
    return cell.side().gallery() ? onGallery(cell, step) : onQueries(cell, step);
  }

  private CellOutcome onQueries(Cell cell, LongConsumer step) throws IOException {
    int[] order = context.order();
    int[] items = Arrays.stream(order).map(i -> clean.queries()[i]).toArray();
    ExampleCollector tracker = new ExampleCollector(context, cell, step, order);
    Perturbation made = perturb(cell, items, tracker);
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    PerturbationResult straight = made.set().select(inverse);
    List<QueryResult> results = clean.retrieval().search(clean.trials(), straight.embeddings());
    return outcome(cell, straight, results, made, tracker.shown(results));
  }

  /**
   * Gallery items are attacked one by one; queries as well where both sides are. An image on both
   * sides is attacked once.
   */
  private CellOutcome onGallery(Cell cell, LongConsumer step) throws IOException {
    int[] items = context.perturbed(cell);
    Perturbation made = perturb(cell, items, new ExampleCollector(context, cell, step, new int[0]));
    PerturbationResult changed = made.set().select(rows(items, clean.retrieval().items()));
    PerturbationResult asking =
        cell.side().queries()
            ? made.set().select(rows(items, clean.queries()))
            : PerturbationResult.untouched(clean.asked(), clean.queriesFinite());
    List<QueryResult> results =
        clean
            .retrieval()
            .search(clean.trials(), asking.embeddings(), changed.embeddings(), changed.finite());
    return outcome(cell, asking, results, made, List.of());
  }

  /**
   * Gallery items are attacked, each as if it were the only one: where it stands for the queries
   * that were drawn for it is what is asked, and no query searches a gallery that holds them all.
   */
  private CellOutcome onCandidates(Cell cell, LongConsumer step) throws IOException {
    int[] items = context.perturbed(cell);
    Perturbation made = perturb(cell, items, new ExampleCollector(context, cell, step, new int[0]));
    PerturbationResult set = made.set();
    long[] ids = Arrays.stream(items).mapToLong(i -> context.images().item(i).id()).toArray();
    return CellOutcome.of(cell.id(), context.folder().configHash(), ids)
        .found(null, set.after())
        .before(set.before())
        .perturbed(set, set, ImageBatches.countNotFinite(set.finite()))
        .evidence(made.evidence())
        .build();
  }

  /** Returns where items stand among sorted ones. */
  private static int[] rows(int[] sorted, int[] items) {
    return Arrays.stream(items).map(i -> Arrays.binarySearch(sorted, i)).toArray();
  }

  /** Perturbs images, and keeps as evidence those that are kept, with their embeddings. */
  private Perturbation perturb(Cell cell, int[] items, Perturber.Listener listener)
      throws IOException {
    Perturber perturber = context.perturber(cell);
    EmbeddingSet before = clean.embeddings().select(items);
    int[] kept = context.kept(cell, items);
    if (kept.length == 0) {
      return new Perturbation(perturber.perturb(cell, items, before, listener), null);
    }
    ImageBatches images = context.images();
    EmbeddingSet sample = before.select(kept);
    long[] shape = images.batchShape().getShape().clone();
    shape[0] = kept.length;
    PerturbationResult[] made = new PerturbationResult[1];
    Evidence.Entry entry =
        Evidence.write(
                context.folder().path(),
                cell.id() + ".npz",
                cell.id(),
                npz -> {
                  npz.write("ids", sample.ids());
                  npz.startFloats("images", shape);
                  made[0] =
                      perturber.perturb(
                          cell,
                          items,
                          before,
                          (start, count, pixels, perturbed) -> {
                            for (int row = start; row < start + count; row++) {
                              if (Arrays.binarySearch(kept, row) >= 0) {
                                npz.floats(
                                    perturbed, (row - start) * images.values(), images.values());
                              }
                            }
                            listener.batch(start, count, pixels, perturbed);
                          });
                  EmbeddingSet embeddings = made[0].embeddings().select(kept);
                  npz.write(
                      "embeddings", embeddings.values(), embeddings.size(), embeddings.dimension());
                })
            .holding(sample, items.length);
    return new Perturbation(made[0], entry);
  }

  /**
   * @param asking the queries, as they are asked
   * @param results one per trial
   * @param made what was perturbed, once
   */
  private CellOutcome outcome(
      Cell cell,
      PerturbationResult asking,
      List<QueryResult> results,
      Perturbation made,
      List<Example> shown) {
    Trials trials = clean.trials();
    PerturbationResult each = asking.perTrial(trials);
    Map<String, double[]> values = clean.values(cell, results, asking.finite());
    values.putAll(each.after());
    return CellOutcome.of(cell.id(), context.folder().configHash(), clean.ids())
        .found(clean.ranks(results, asking.finite()), values)
        .before(each.before())
        .perturbed(each, made.set(), ImageBatches.countNotFinite(made.set().finite()))
        .evidence(made.evidence())
        .shown(shown, context.showcase().files(shown))
        .build();
  }
}
