package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.gradient.MomentumSteps;
import dev.holdfast.attacks.gradient.SlotScheduler;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.StepSize;
import java.util.function.Consumer;

/**
 * TI-FGSM: gradient steps, where the gradient is smoothed by a Gaussian, as if images had been
 * looked at in many places. With a decay and a probability it is TI-DI-M-FGSM.
 *
 * @param steps gradient steps; default 10
 * @param stepSize length of a step in pixel space, such as {@code 2/255}, or in parts of epsilon,
 *     such as {@code epsilon/4}, the default
 * @param decay of the momentum; default 0.0
 * @param kernelSize side of the Gaussian, odd; default 15
 * @param sigmas standard deviations between its center and its edge; default 3
 * @param diversityProbability that an image is resized before it is looked at, at each step;
 *     default 0
 * @param resizeRate its smallest size then, in parts of the side; default 0.9
 */
@JsonTypeName("ti-fgsm")
public record TiFgsm(
    Integer steps,
    String stepSize,
    Double decay,
    Integer kernelSize,
    Double sigmas,
    Double diversityProbability,
    Double resizeRate)
    implements Attack {

  private static final String OWNER = "attack ti-fgsm";

  /** Puts the defaults in and checks the values. */
  public TiFgsm {
    steps = Check.count("steps", steps, 10, OWNER);
    stepSize = StepSize.checked(stepSize, "epsilon/4", OWNER);
    decay = Check.number("decay", decay, 0.0, 0, Double.MAX_VALUE, OWNER);
    kernelSize = Check.count("kernel_size", kernelSize, 15, OWNER);
    if (kernelSize % 2 == 0) {
      throw InputException.of("kernel_size", kernelSize, OWNER, "be odd", "try 15");
    }
    sigmas = Check.number("sigmas", sigmas, 3, 0, Double.MAX_VALUE, OWNER);
    diversityProbability =
        Check.number("diversity_probability", diversityProbability, 0, 0, 1, OWNER);
    resizeRate = Check.number("resize_rate", resizeRate, 0.9, 0, 1, OWNER);
  }

  @Override
  public String description() {
    return "gradient steps with smoothed gradients";
  }

  @Override
  public String source() {
    return "Dong et al., CVPR 2019 (1904.02884)";
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
            diversityProbability == 0
                ? null
                : new MomentumSteps.Diversity(diversityProbability, resizeRate),
            new MomentumSteps.Smoothing(kernelSize, sigmas)),
        done);
  }
}
