package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.gradient.MomentumSteps;
import dev.holdfast.attacks.gradient.SlotScheduler;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.models.budget.StepSize;
import java.util.function.Consumer;

/**
 * NI-FGSM: as MI-FGSM, with the gradient taken where the momentum alone would lead, projected into
 * the budget.
 *
 * @param steps gradient steps; default 10
 * @param stepSize length of a step in pixel space, such as {@code 2/255}, or in parts of epsilon,
 *     such as {@code epsilon/4}, the default
 * @param decay of the momentum; default 1.0
 */
@JsonTypeName("ni-fgsm")
public record NiFgsm(Integer steps, String stepSize, Double decay) implements Attack {

  private static final String OWNER = "attack ni-fgsm";

  /** Puts the defaults in and checks the values. */
  public NiFgsm {
    steps = Check.count("steps", steps, 10, OWNER);
    stepSize = StepSize.checked(stepSize, "epsilon/4", OWNER);
    decay = Check.number("decay", decay, 1.0, 0, Double.MAX_VALUE, OWNER);
  }

  @Override
  public String description() {
    return "gradient steps with Nesterov's momentum";
  }

  @Override
  public String source() {
    return "Lin et al., ICLR 2020 (1908.06281)";
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    StepSize.check(stepSize, threat.norm(), threat.epsilon(), OWNER);
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    double length = StepSize.length(stepSize, task.norm(), task.epsilon(), OWNER);
    SlotScheduler.run(task, MomentumSteps.of(steps, length, decay, false, true, null, null), done);
  }
}
