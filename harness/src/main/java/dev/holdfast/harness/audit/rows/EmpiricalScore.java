package dev.holdfast.harness.audit.rows;

import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.retrieval.Trials;
import dev.holdfast.metrics.robustness.Ers;
import dev.holdfast.metrics.stats.Bootstrap;
import dev.holdfast.metrics.stats.Estimate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The empirical robustness score of RobRank, for each attack and budget under which an audit
 * measured all ten numbers that it sums up: once from the objectives as RobRank computes them, once
 * from the corrected ones. Its interval comes from drawing queries and candidates anew.
 *
 * @param label {@code ers-robrank} or {@code ers-corrected}
 * @param cell one of its cells
 * @param setting the attack as canonical JSON
 * @param estimate of the score, in percent
 */
record EmpiricalScore(String label, AttackCell cell, String setting, Estimate estimate) {

  static final String METRIC = "ers";

  private static final String RECALL = MetricNames.recall(1);
  private static final String RANK = "candidate-rank";

  /** What is measured of which objective, in the order of {@link Ers}. */
  private static final List<Term> TERMS =
      List.of(
          new Term("ca-plus", RANK, 100),
          new Term("ca-minus", RANK, 100),
          new Term("qa-plus", RANK, 100),
          new Term("qa-minus", RANK, 100),
          new Term("tma", "target-cosine", 1),
          new Term("embedding-shift", "shift", 1),
          new Term("embedding-shift", RECALL, 100),
          new Term("ltm", RECALL, 100),
          new Term("gtm", RECALL, 100),
          new Term("gtt", "kept@4", 100));

  /** The first terms are of candidates, the others of queries. */
  private static final int CANDIDATES = 2;

  private record Term(String objective, String measure, double scale) {}

  /**
   * Returns the scores that the cells of an audit allow.
   *
   * @param unit whether embeddings are compared at length 1: what RobRank reports of the shift is
   *     between 0 and 2 only then
   */
  static List<EmpiricalScore> of(
      Map<Cell, CellOutcome> outcomes, boolean unit, Trials trials, long seed) {
    Map<String, Map<String, AttackCell>> groups = new LinkedHashMap<>();
    for (Cell cell : outcomes.keySet()) {
      if (cell instanceof AttackCell attack
          && attack.stop() == null
          && attack.threat().surrogate() == null) {
        String budget = attack.threat().norm() + "|" + attack.threat().epsilon().value();
        groups
            .computeIfAbsent(attack.attackSetting() + "|" + budget, g -> new LinkedHashMap<>())
            .put(attack.objective().label(), attack);
      }
    }
    List<EmpiricalScore> scores = new ArrayList<>();
    for (Map<String, AttackCell> group : groups.values()) {
      for (String variant : unit ? List.of("robrank", "corrected") : List.of("corrected")) {
        String suffix = variant.equals("robrank") ? "-robrank" : "";
        double[][] values = new double[TERMS.size()][];
        for (int t = 0; t < values.length; t++) {
          AttackCell cell = group.get(TERMS.get(t).objective() + suffix);
          double[] measured =
              cell == null ? null : outcomes.get(cell).values().get(TERMS.get(t).measure());
          values[t] = measured == null || t < CANDIDATES ? measured : trials.perQuery(measured);
        }
        if (Arrays.stream(values).allMatch(v -> v != null && v.length > 0)) {
          AttackCell first = group.get(TERMS.get(0).objective() + suffix);
          scores.add(
              new EmpiricalScore(
                  METRIC + "-" + variant, first, first.attackSetting(), estimate(values, seed)));
        }
      }
    }
    return scores;
  }

  private static Estimate estimate(double[][] values, long seed) {
    int candidates = values[0].length;
    int queries = values[CANDIDATES].length;
    double[] resampled =
        Bootstrap.sorted(
            seed,
            "bootstrap",
            random -> {
              int[] some = Bootstrap.positions(candidates, random);
              return score(values, some, Bootstrap.positions(queries, random));
            });
    double score =
        score(
            values,
            IntStream.range(0, candidates).toArray(),
            IntStream.range(0, queries).toArray());
    return Bootstrap.estimate(score, resampled, queries);
  }

  private static double score(double[][] values, int[] candidates, int[] queries) {
    double[] means = new double[values.length];
    for (int t = 0; t < means.length; t++) {
      double[] all = values[t];
      means[t] =
          TERMS.get(t).scale()
              * Arrays.stream(t < CANDIDATES ? candidates : queries)
                  .mapToDouble(i -> all[i])
                  .average()
                  .orElse(Double.NaN);
    }
    return new Ers(
            means[0], means[1], means[2], means[3], means[4], means[5], means[6], means[7],
            means[8], means[9])
        .value();
  }
}
