package dev.holdfast.harness.trust;

import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.trust.AttackStrength;
import dev.holdfast.attacks.trust.FiniteEmbeddings;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.models.yaml.StrictYaml;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Trust checks that are answered by the outcomes of cells alone. */
public final class OutcomeChecks {

  private OutcomeChecks() {}

  /** Returns their verdicts. */
  public static List<TrustVerdict> of(CellOutcome unperturbed, Map<Cell, CellOutcome> outcomes) {
    List<TrustVerdict> verdicts = new ArrayList<>();
    verdicts.add(budgets(outcomes));
    verdicts.add(finite(unperturbed, outcomes));
    verdicts.add(Verdicts.of(AttackStrength.monotone(curves(outcomes))));
    verdicts.addAll(blackBox(outcomes));
    return verdicts;
  }

  private static TrustVerdict budgets(Map<Cell, CellOutcome> outcomes) {
    int over = outcomes.values().stream().mapToInt(CellOutcome::overBudget).sum();
    return new TrustVerdict(
        "budget",
        over == 0 ? Verdict.OK : Verdict.UNRELIABLE,
        over == 0
            ? "Every perturbed image is inside its budget and inside [0,1], recomputed in double."
            : over + " perturbed images left their budget or [0,1].",
        Map.of("images_over_budget", (double) over));
  }

  private static TrustVerdict finite(CellOutcome unperturbed, Map<Cell, CellOutcome> outcomes) {
    return Verdicts.of(
        FiniteEmbeddings.all(
            unperturbed.notFinite(),
            outcomes.values().stream().mapToLong(CellOutcome::notFinite).sum()));
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
          double[] hits = outcome.values().get(ConvergenceProbe.RECALL);
          if (!(cell instanceof AttackCell attack)
              || hits == null
              || attack.side() != Side.QUERY
              || attack.threat().surrogate() != null
              || attack.attack().steps() == null
              || attack.attack().steps() < 2
              || attack.attack().seeksMinimumNorm()) {
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
      broken[i] = brokenBy.get(i).stream().map(CellOutcome::member).anyMatch(members::contains);
    }
    return broken;
  }
}
