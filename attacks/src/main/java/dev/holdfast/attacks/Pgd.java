package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.gradient.GradientSteps;
import dev.holdfast.attacks.gradient.SlotScheduler;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.StepSize;
import java.util.List;
import java.util.function.Consumer;

/**
 * Projected gradient ascent.
 *
 * @param steps gradient steps; default 10
 * @param stepSize length of a step in pixel space, such as {@code 2/255}, or in parts of epsilon,
 *     such as {@code epsilon/4}, the default
 * @param randomStart whether to start at a random point of the budget; default true
 * @param restarts how often, each time from another start; of several results the one with the
 *     largest objective is kept. The second and later starts are always random. Default 1
 * @param iterate {@code last} (default), or {@code best}: the iterate with the largest objective
 */
@JsonTypeName("pgd")
public record Pgd(
    Integer steps, String stepSize, Boolean randomStart, Integer restarts, String iterate)
    implements Attack {

  private static final String OWNER = "attack pgd";
  private static final String LAST = "last";
  private static final String BEST = "best";

  /** Puts the defaults in and checks the values. */
  public Pgd {
    steps = Check.count("steps", steps, 10, OWNER);
    stepSize = StepSize.checked(stepSize, "epsilon/4", OWNER);
    randomStart = randomStart == null || randomStart;
    restarts = Check.count("restarts", restarts, 1, OWNER);
    iterate = iterate == null ? LAST : iterate;
    if (!List.of(LAST, BEST).contains(iterate)) {
      throw InputException.unknown("iterate", iterate, OWNER, List.of(LAST, BEST));
    }
  }

  /** One run that ends at the last iterate. */
  public Pgd(Integer steps, String stepSize, Boolean randomStart) {
    this(steps, stepSize, randomStart, null, null);
  }

  @Override
  public String description() {
    return "projected gradient ascent with a fixed step";
  }

  @Override
  public String source() {
    return "Madry et al., ICLR 2018 (1706.06083)";
  }

  @Override
  public int cost() {
    return 3 * steps * restarts;
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    StepSize.check(stepSize, threat.norm(), threat.epsilon(), OWNER);
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    double length = StepSize.length(stepSize, task.norm(), task.epsilon(), OWNER);
    SlotScheduler.run(
        task, new GradientSteps(steps, length, randomStart, restarts, iterate.equals(BEST)), done);
  }
}
