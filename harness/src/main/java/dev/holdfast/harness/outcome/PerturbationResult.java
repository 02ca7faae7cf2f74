package dev.holdfast.harness.outcome;

import dev.holdfast.harness.retrieval.Trials;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Result of a perturbation: perturbed images, embedded, with what was measured on the way. Arrays
 * have one entry per item; whoever perturbs writes into those of an {@link #untouched} set.
 *
 * @param embeddings of the perturbed images; zero where not finite
 * @param finite whether an embedding is finite
 * @param distanceMoved from the clean embedding
 * @param linf largest change of a pixel
 * @param l2 length of the change
 * @param overBudget images that left the budget or [0,1]
 * @param before by name, what the objective reports of the clean images; may be empty
 * @param after the same of the perturbed ones
 */
@SuppressWarnings("ArrayRecordComponent")
public record PerturbationResult(
    EmbeddingSet embeddings,
    boolean[] finite,
    double[] distanceMoved,
    double[] linf,
    double[] l2,
    int[] steps,
    int[] forwards,
    int[] backwards,
    int overBudget,
    Map<String, double[]> before,
    Map<String, double[]> after) {

  /**
   * Returns a set in which nothing has moved and nothing was counted.
   *
   * @param embeddings not copied
   * @param finite not copied
   */
  public static PerturbationResult untouched(EmbeddingSet embeddings, boolean[] finite) {
    int n = embeddings.size();
    return new PerturbationResult(
        embeddings,
        finite,
        new double[n],
        new double[n],
        new double[n],
        new int[n],
        new int[n],
        new int[n],
        0,
        Map.of(),
        Map.of());
  }

  /** Returns some of the items, in the order of the rows; the count of {@code overBudget} stays. */
  public PerturbationResult select(int[] rows) {
    boolean[] areFinite = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      areFinite[i] = finite[rows[i]];
    }
    return new PerturbationResult(
        embeddings.select(rows),
        areFinite,
        select(distanceMoved, rows),
        select(linf, rows),
        select(l2, rows),
        select(steps, rows),
        select(forwards, rows),
        select(backwards, rows),
        overBudget,
        select(before, rows),
        select(after, rows));
  }

  /** Returns for each trial what belongs to its query; this has one item for each query. */
  public PerturbationResult perTrial(Trials trials) {
    return trials.count() == 1 ? this : select(trials.queries());
  }

  private static double[] select(double[] values, int[] rows) {
    return Arrays.stream(rows).mapToDouble(r -> values[r]).toArray();
  }

  private static int[] select(int[] values, int[] rows) {
    return Arrays.stream(rows).map(r -> values[r]).toArray();
  }

  private static Map<String, double[]> select(Map<String, double[]> measures, int[] rows) {
    Map<String, double[]> selected = new LinkedHashMap<>();
    measures.forEach((name, values) -> selected.put(name, select(values, rows)));
    return selected;
  }

  /** Returns the same arrays with what is known at the end. */
  public PerturbationResult concluded(
      int over, Map<String, double[]> clean, Map<String, double[]> perturbed) {
    return new PerturbationResult(
        embeddings,
        finite,
        distanceMoved,
        linf,
        l2,
        steps,
        forwards,
        backwards,
        over,
        clean,
        perturbed);
  }
}
