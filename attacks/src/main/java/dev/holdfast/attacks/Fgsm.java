package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.gradient.GradientSteps;
import dev.holdfast.attacks.gradient.SlotScheduler;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import java.util.function.Consumer;

/**
 * The fast gradient sign method: one step of length epsilon along the sign of the gradient (under
 * l2: along the gradient). Where the objective is flat at the clean image, the gradient is taken at
 * a random point of a tenth of the budget.
 */
@JsonTypeName("fgsm")
public record Fgsm() implements Attack {

  @Override
  public String description() {
    return "one gradient step of length epsilon";
  }

  @Override
  public String source() {
    return "Goodfellow et al., ICLR 2015 (1412.6572)";
  }

  @Override
  public Integer steps() {
    return 1;
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    SlotScheduler.run(task, new GradientSteps(1, task.epsilon(), false, 1, false), done);
  }
}
