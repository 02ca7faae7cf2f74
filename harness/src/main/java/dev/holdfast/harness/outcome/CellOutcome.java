package dev.holdfast.harness.outcome;

import dev.holdfast.harness.retrieval.Trials;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.reports.result.Example;
import java.util.Arrays;
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
 *     survives; those that broke it under a smaller budget with that, see {@link #under}; null for
 *     any other cell
 */
@SuppressWarnings("ArrayRecordComponent")
public record CellOutcome(
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
    List<Example> shown,
    List<Evidence.Entry> pictures,
    List<List<String>> brokenBy) {

  private static final int SCHEMA = 1;

  /** Who broke what the clean model gets wrong already. */
  public static final String CLEAN = "clean";

  private static final String UNDER = " at ";

  /** Returns what broke a query, with the smaller budget under which it did. */
  public static String under(String by, Epsilon epsilon) {
    return isUnderSmaller(by) ? by : by + UNDER + epsilon;
  }

  /** Tells whether a query was broken under a smaller budget than that of the cell. */
  public static boolean isUnderSmaller(String by) {
    return by.contains(UNDER);
  }

  /** Returns the member that broke a query, whatever the budget. */
  public static String member(String by) {
    return isUnderSmaller(by) ? by.substring(0, by.lastIndexOf(UNDER)) : by;
  }

  /** Begins an outcome in which nothing has moved, nothing was counted and nothing is kept. */
  public static Builder of(String cell, String configHash, long[] ids) {
    return new Builder(cell, configHash, ids);
  }

  /** An outcome, part by part. */
  public static final class Builder {

    private final String cell;
    private final String configHash;
    private final long[] ids;
    private int[] rank;
    private Map<String, double[]> values = Map.of();
    private Map<String, double[]> before = Map.of();
    private double[] distanceMoved;
    private double[] linf;
    private double[] l2;
    private int[] steps;
    private int[] forwards;
    private int[] backwards;
    private long totalForwards;
    private long totalBackwards;
    private int overBudget;
    private int notFinite;
    private Evidence.Entry evidence;
    private List<Example> shown = List.of();
    private List<Evidence.Entry> pictures = List.of();
    private List<List<String>> brokenBy;

    private Builder(String cell, String configHash, long... ids) {
      int n = ids.length;
      this.cell = cell;
      this.configHash = configHash;
      this.ids = ids;
      distanceMoved = new double[n];
      linf = new double[n];
      l2 = new double[n];
      steps = new int[n];
      forwards = new int[n];
      backwards = new int[n];
    }

    /** What was found; ranks are null where candidates are attacked. */
    public Builder found(int[] ranks, Map<String, double[]> measures) {
      rank = ranks;
      values = measures;
      return this;
    }

    /** What the objective reports of clean images. */
    public Builder before(Map<String, double[]> measures) {
      before = measures;
      return this;
    }

    /** How far embeddings and pixels moved. */
    public Builder moved(double[] distance, double[] largest, double[] length) {
      distanceMoved = distance;
      linf = largest;
      l2 = length;
      return this;
    }

    /** What it cost, and how many embeddings of it are not finite. */
    public Builder forwards(int[] each, long total, int lost) {
      forwards = each;
      totalForwards = total;
      notFinite = lost;
      return this;
    }

    /**
     * How far perturbed images moved and what they cost.
     *
     * @param each one entry per id
     * @param made everything that was perturbed, once
     * @param lost how many of these have no finite embedding
     */
    public Builder perturbed(PerturbationResult each, PerturbationResult made, int lost) {
      moved(each.distanceMoved(), each.linf(), each.l2());
      forwards(each.forwards(), Arrays.stream(made.forwards()).asLongStream().sum(), lost);
      steps = each.steps();
      backwards = each.backwards();
      totalBackwards = Arrays.stream(made.backwards()).asLongStream().sum();
      overBudget = made.overBudget();
      return this;
    }

    /** Where the images are; null where they are not kept. */
    public Builder evidence(Evidence.Entry file) {
      evidence = file;
      return this;
    }

    /** What the report shows, and the files of that. */
    public Builder shown(List<Example> images, List<Evidence.Entry> files) {
      shown = images;
      pictures = files;
      return this;
    }

    /** Who broke each trial of a worst case. */
    public Builder brokenBy(List<List<String>> members) {
      brokenBy = members;
      return this;
    }

    public CellOutcome build() {
      return new CellOutcome(
          SCHEMA,
          cell,
          configHash,
          ids,
          rank,
          values,
          before,
          distanceMoved,
          linf,
          l2,
          steps,
          forwards,
          backwards,
          totalForwards,
          totalBackwards,
          overBudget,
          notFinite,
          evidence,
          shown,
          pictures,
          brokenBy);
    }
  }
}
