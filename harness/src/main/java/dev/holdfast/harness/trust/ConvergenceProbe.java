package dev.holdfast.harness.trust;

import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.Patch;
import dev.holdfast.attacks.Universal;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Choice of the attacks that are asked whether more steps would have broken more, and how long they
 * then are.
 */
final class ConvergenceProbe {

  static final String RECALL = MetricNames.recall(1);

  /** Steps of a longer run, in those of the attack: as many as there is room for. */
  static final int MOST_TIMES = 4;

  private static final int FEWEST_TIMES = 2;

  /** Fewer queries than this say nothing. */
  private static final int ENOUGH = 8;

  /** How many attacks are asked at most. */
  private static final int ATTACKS = 2;

  private ConvergenceProbe() {}

  /**
   * An attack, and how much longer it is to run.
   *
   * @param cell the attack
   * @param times how many times as many steps
   */
  record Question(AttackCell cell, int times) {

    /** Returns the same cell with more steps. */
    AttackCell longer() {
      return of(cell, times);
    }
  }

  /**
   * Returns what is asked: as many attacks, and as many times their steps, as there is room for,
   * but one at least.
   *
   * @param passes that it may take
   * @param rows that the queries of one question take, padding included
   */
  static List<Question> questions(Map<Cell, CellOutcome> outcomes, long passes, long rows) {
    List<Question> questions = new ArrayList<>();
    long room = passes;
    for (AttackCell cell : worthAsking(outcomes)) {
      int times = MOST_TIMES;
      while (times > FEWEST_TIMES && rows * of(cell, times).passes() > room) {
        times--;
      }
      long needed = rows * of(cell, times).passes();
      if (needed <= room || questions.isEmpty()) {
        questions.add(new Question(cell, times));
        room -= needed;
      }
    }
    return questions;
  }

  /** Tells whether there are attacks that take steps along gradients. */
  static boolean canBeAsked(Map<Cell, CellOutcome> outcomes) {
    return outcomes.entrySet().stream()
        .anyMatch(e -> e.getKey() instanceof AttackCell attack && counts(attack, e.getValue()));
  }

  /**
   * Returns the attacks with gradients that leave the least recall@1 under their budget, as long as
   * they leave enough queries to ask; those that leave less come first. Under a budget where the
   * strongest attack leaves nothing there is nothing to ask.
   */
  private static List<AttackCell> worthAsking(Map<Cell, CellOutcome> outcomes) {
    Map<String, AttackCell> strongest = new LinkedHashMap<>();
    outcomes.forEach(
        (cell, outcome) -> {
          if (cell instanceof AttackCell attack && counts(attack, outcome)) {
            String budget = attack.threat().norm() + " " + attack.threat().epsilon().value();
            strongest.merge(
                budget, attack, (a, b) -> left(outcomes.get(a)) <= left(outcomes.get(b)) ? a : b);
          }
        });
    return strongest.values().stream()
        .filter(cell -> left(outcomes.get(cell)) >= ENOUGH)
        .sorted(Comparator.comparingDouble(cell -> left(outcomes.get(cell))))
        .limit(ATTACKS)
        .toList();
  }

  private static boolean counts(AttackCell cell, CellOutcome outcome) {
    return cell.side() == Side.QUERY
        && outcome.values().containsKey(RECALL)
        && cell.threat().knowledge() == Knowledge.WHITE_BOX
        && cell.threat().epsilon().value() > 0
        && !cell.attack().seeksMinimumNorm()
        // One perturbation for all queries is another question.
        && !(cell.attack() instanceof Universal || cell.attack() instanceof Patch)
        && StrictYaml.toMap(cell.attack()).containsKey("steps");
  }

  private static double left(CellOutcome outcome) {
    return Arrays.stream(outcome.values().get(RECALL)).sum();
  }

  /** Returns the same cell with several times as many steps. */
  private static AttackCell of(AttackCell cell, int times) {
    Map<String, Object> longer = new LinkedHashMap<>(StrictYaml.toMap(cell.attack()));
    longer.put("steps", times * ((Number) longer.get("steps")).intValue());
    return new AttackCell(
        StrictYaml.bind(longer, "attack " + cell.attack().id(), Attack.class),
        cell.objective(),
        cell.threat(),
        cell.stop());
  }

  /** Returns the finding that weighs most; of equal ones the first. */
  static Finding worst(List<Finding> findings) {
    return findings.stream()
        .reduce((a, b) -> b.level().compareTo(a.level()) > 0 ? b : a)
        .orElseThrow();
  }
}
