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
 * DI-FGSM: gradient steps, where the gradient is that of images resized and put on black at random,
 * so that it depends less on the model. With a decay it is M-DI-FGSM.
 *
 * @param steps gradient steps; default 10
 * @param stepSize length of a step in pixel space, such as {@code 2/255}, or in parts of epsilon,
 *     such as {@code epsilon/4}, the default
 * @param decay of the momentum; default 0.0
 * @param diversityProbability that an image is resized before it is looked at, at each step;
 *     default 0.5
 * @param resizeRate its smallest size then, in parts of the side; default 0.9
 */
@JsonTypeName("di-fgsm")
public record DiFgsm(
    Integer steps, String stepSize, Double decay, Double diversityProbability, Double resizeRate)
    implements Attack {

  private static final String OWNER = "attack di-fgsm";

  /** Puts the defaults in and checks the values. */
  public DiFgsm {
    steps = Check.count("steps", steps, 10, OWNER);
    stepSize = StepSize.checked(stepSize, "epsilon/4", OWNER);
    decay = Check.number("decay", decay, 0.0, 0, Double.MAX_VALUE, OWNER);
    diversityProbability =
        Check.number("diversity_probability", diversityProbability, 0.5, 0, 1, OWNER);
    resizeRate = Check.number("resize_rate", resizeRate, 0.9, 0, 1, OWNER);
  }

  @Override
  public String description() {
    return "gradient steps that look at images resized at random";
  }

  @Override
  public String source() {
    return "Xie et al., CVPR 2019 (1803.06978)";
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    StepSize.check(stepSize, threat.norm(), threat.epsilon(), OWNER);
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    double length = StepSize.length(stepSize, task.norm(), task.epsilon(), OWNER);
    SlotScheduler.run(
        task,
        MomentumSteps.of(
            steps,
            length,
            decay,
            false,
            false,
            new MomentumSteps.Diversity(diversityProbability, resizeRate),
            null),
        done);
  }
}
