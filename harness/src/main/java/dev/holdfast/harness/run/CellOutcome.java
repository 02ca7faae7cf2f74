package dev.holdfast.harness.run;

import dev.holdfast.reports.result.Shown;
import java.util.List;
import java.util.Map;

/**
 * What came of one cell, query by query: the content of a file in {@code cells/}. All arrays have
 * one entry per trial, see {@link Trials}: with one draw, these are the queries with a relevant
 * item, in the order of the data set. Where candidates are attacked, each alone, there is one entry
 * per candidate.
 *
 * @param schema version of the format; 1
 * @param cell id of the cell
 * @param configHash hash of the run that it belongs to
 * @param ids item ids of the queries
 * @param rank rank of the first relevant item in the whole gallery, from 1; null for candidates
 * @param values per metric, such as {@code recall@1}, one value per query
 * @param before what the objective reports of clean images, for some of the metrics
 * @param distanceMoved how far the query's embedding moved, in the distance of the card; of an
 *     attack on embeddings the length of its move
 * @param linf largest change of a pixel of the query
 * @param l2 length of the change of the query's pixels
 * @param steps gradient steps for the query
 * @param forwards forward passes for the query
 * @param backwards backward passes for the query
 * @param totalForwards forward passes of the cell for all images, gallery items included
 * @param totalBackwards backward passes of the cell for all images
 * @param overBudget images whose perturbation left its budget or [0,1], recomputed in double
 * @param notFinite perturbed images whose embedding is not finite (of the clean run: clean ones);
 *     such a query counts as a miss, such a gallery item is never found
 * @param evidence file of the adversarial images; null where none are kept
 * @param shown what the report shows of this cell
 * @param pictures the files of that
 * @param brokenBy of a worst case, for each trial the members that broke it, in their order: at
 *     most one without an ablation, {@link #CLEAN} where it was wrong without, and none where it
 *     survives; null for any other cell
 */
@SuppressWarnings("ArrayRecordComponent")
record CellOutcome(
    int schema,
    String cell,
    String configHash,
    long[] ids,
    int[] rank,
    Map<String, double[]> values,
    Map<String, double[]> before,
    double[] distanceMoved,
    double[] linf,
    double[] l2,
    int[] steps,
    int[] forwards,
    int[] backwards,
    long totalForwards,
    long totalBackwards,
    int overBudget,
    int notFinite,
    Evidence.Entry evidence,
    List<Shown> shown,
    List<Evidence.Entry> pictures,
    List<List<String>> brokenBy) {

  /** Who broke what the clean model gets wrong already. */
  static final String CLEAN = "clean";
}
