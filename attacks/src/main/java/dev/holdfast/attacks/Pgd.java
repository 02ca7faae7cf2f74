package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.threat.Epsilon;
import dev.holdfast.attacks.threat.Norm;
import dev.holdfast.metrics.error.InputException;

/**
 * Projected gradient ascent. The last iterate is returned.
 *
 * @param steps gradient steps; default 10
 * @param stepSize length of a step in pixel space, such as {@code 2/255}, or in parts of epsilon,
 *     such as {@code epsilon/4}, the default
 * @param randomStart whether to start at a random point of the budget; default true
 */
@JsonTypeName("pgd")
public record Pgd(Integer steps, String stepSize, Boolean randomStart) implements Attack {

  private static final String OWNER = "attack pgd";
  private static final String STEP_SIZE = "step_size";
  private static final int DEFAULT_STEPS = 10;
  private static final String RELATIVE = "epsilon/";

  /** Puts the defaults in and checks the values. */
  public Pgd {
    steps = steps == null ? DEFAULT_STEPS : steps;
    stepSize = stepSize == null ? RELATIVE + "4" : stepSize.strip();
    randomStart = randomStart == null || randomStart;
    if (steps < 1) {
      throw InputException.of("steps", steps, OWNER, "be at least 1", "try " + DEFAULT_STEPS);
    }
    if (!(number(stepSize).value() > 0)) {
      throw InputException.of(STEP_SIZE, stepSize, OWNER, "be positive", "try 2/255");
    }
  }

  private static Epsilon number(String stepSize) {
    return Epsilon.parse(
        STEP_SIZE,
        stepSize.startsWith(RELATIVE) ? stepSize.substring(RELATIVE.length()) : stepSize,
        OWNER);
  }

  /** Returns the length of a step under a budget, in pixel space. */
  double stepLength(double epsilon, Norm norm) {
    return stepSize.startsWith(RELATIVE)
        ? epsilon / number(stepSize).value()
        : number(stepSize).under(norm, STEP_SIZE, OWNER).value();
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
  public Perturbed perturb(AttackTask task) {
    return GradientSteps.run(task, steps, stepLength(task.epsilon(), task.norm()), randomStart);
  }
}
