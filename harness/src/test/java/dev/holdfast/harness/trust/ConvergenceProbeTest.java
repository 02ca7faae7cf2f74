package dev.holdfast.harness.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.Pgd;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConvergenceProbeTest {

  private static final int QUERIES = 40;
  private static final int STEPS = 30;
  private static final int ROWS = 32;

  /** Forward and back, and a pass that judges. */
  private static final long ONCE = ROWS * (2L * STEPS);

  private static AttackCell cell(String epsilon) {
    return new AttackCell(
        new Pgd(STEPS, null, null),
        new Margin(1),
        new ThreatModel(Norm.LINF, Epsilon.parse(epsilon, "test"), Side.QUERY, Knowledge.WHITE_BOX),
        null);
  }

  private static CellOutcome outcome(Cell cell, int left) {
    double[] hits = new double[QUERIES];
    Arrays.fill(hits, 0, left, 1);
    return CellOutcome.of(cell.id(), "hash", new long[QUERIES])
        .found(new int[QUERIES], Map.of(ConvergenceProbe.RECALL, hits))
        .build();
  }

  private static List<String> asked(long passes) {
    Map<Cell, CellOutcome> outcomes = new LinkedHashMap<>();
    outcomes.put(cell("1/255"), outcome(cell("1/255"), 30));
    outcomes.put(cell("2/255"), outcome(cell("2/255"), 20));
    outcomes.put(cell("4/255"), outcome(cell("4/255"), 3));
    return ConvergenceProbe.questions(outcomes, passes, ROWS).stream()
        .map(q -> q.times() + " times " + q.cell().threat().epsilon().text())
        .toList();
  }

  @Test
  void what_leaves_least_is_asked_first_and_runs_as_much_longer_as_there_is_room_for() {
    assertThat(asked(10 * ONCE)).containsExactly("4 times 2/255", "4 times 1/255");
    assertThat(asked(7 * ONCE)).containsExactly("4 times 2/255", "2 times 1/255");
    assertThat(asked(5 * ONCE)).containsExactly("4 times 2/255");
    assertThat(asked(4 * ONCE)).containsExactly("3 times 2/255");
  }

  @Test
  void one_is_asked_even_of_a_small_audit() {
    assertThat(asked(0)).containsExactly("2 times 2/255");
  }

  @Test
  void a_longer_run_has_as_many_times_the_steps() {
    AttackCell cell = cell("2/255");
    assertThat(new ConvergenceProbe.Question(cell, 3).longer().attack().steps())
        .isEqualTo(3 * STEPS);
    assertThat(new ConvergenceProbe.Question(cell, 3).longer().threat()).isEqualTo(cell.threat());
  }
}
