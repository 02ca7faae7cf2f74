package dev.holdfast.harness.audit.cell;

import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.plan.SequenceCell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.retrieval.FlipRates;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** Cells that film every query, and look for its neighbor in each frame. */
public final class SequenceCells {

  private final CellContext context;
  private final CleanBaseline clean;

  public SequenceCells(CellContext context) {
    this.context = context;
    this.clean = context.clean();
  }

  /**
   * Films and asks.
   *
   * @param step hears what of the cost of the cell is done
   */
  public CellOutcome run(SequenceCell cell, LongConsumer step) {
    ImageBatches images = context.images();
    int[] queries = clean.queries();
    int n = clean.trials().size();
    int frames = cell.sequence().frames();
    FlipRates flips =
        new FlipRates(
            clean.trials(), clean.retrieval(), images, cell.sequence().comparesWithFirst());
    int notFinite = 0;
    for (int frame = 0; frame < frames; frame++) {
      int number = frame;
      EmbeddingSet given =
          images.embed(
              queries,
              batch -> images.frames(batch, cell.sequence(), number, clean.seed()),
              count -> step.accept((long) number * queries.length + count));
      boolean[] finite = ImageBatches.finite(given);
      notFinite += ImageBatches.countNotFinite(finite);
      flips.frame(ImageBatches.zeroWhereNotFinite(given, finite), finite);
    }
    int[] passes = new int[n];
    Arrays.fill(passes, frames);
    double[] unknown = new double[n];
    Arrays.fill(unknown, Double.NaN);
    return CellOutcome.of(cell.id(), context.folder().configHash(), clean.ids())
        .found(flips.worstRanks(), flips.rates())
        .moved(unknown, unknown, unknown)
        .forwards(passes, (long) queries.length * frames, notFinite)
        .build();
  }
}
