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
 * MI-FGSM: steps along a momentum of gradients, each divided by its mean absolute value. A gradient
 * of zero adds nothing.
 *
 * @param steps gradient steps; default 10
 * @param stepSize length of a step in pixel space, such as {@code 2/255}, or in parts of epsilon,
 *     such as {@code epsilon/4}, the default
 * @param decay of the momentum; default 1.0
 */
@JsonTypeName("mi-fgsm")
public record MiFgsm(Integer steps, String stepSize, Double decay) implements Attack {

  private static final String OWNER = "attack mi-fgsm";

  /** Puts the defaults in and checks the values. */
  public MiFgsm {
    steps = Check.count("steps", steps, 10, OWNER);
    stepSize = StepSize.checked(stepSize, "epsilon/4", OWNER);
    decay = Check.number("decay", decay, 1.0, 0, Double.MAX_VALUE, OWNER);
  }

  @Override
  public String description() {
    return "gradient steps with momentum";
  }

  @Override
  public String source() {
    return "Dong et al., CVPR 2018 (1710.06081)";
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    StepSize.check(stepSize, threat.norm(), threat.epsilon(), OWNER);
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    double length = StepSize.length(stepSize, task.norm(), task.epsilon(), OWNER);
    SlotScheduler.run(task, MomentumSteps.of(steps, length, decay, false, false, null, null), done);
  }
}
