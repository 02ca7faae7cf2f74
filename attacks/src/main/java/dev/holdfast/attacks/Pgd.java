package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.threat.Epsilon;
import dev.holdfast.metrics.error.InputException;

/**
 * Projected gradient ascent. The last iterate is returned.
 *
 * @param steps gradient steps; default 10
 * @param stepSize length of a step in pixel space, such as {@code 2/255}; default: a quarter of
 *     epsilon
 * @param randomStart whether to start at a random point of the budget; default true
 */
@JsonTypeName("pgd")
public record Pgd(Integer steps, String stepSize, Boolean randomStart) implements Attack {

  private static final String OWNER = "attack pgd";
  private static final String STEP_SIZE = "step_size";
  private static final int DEFAULT_STEPS = 10;
  private static final double RELATIVE_STEP = 0.25;

  /** Puts the defaults in and checks the values. */
  public Pgd {
    steps = steps == null ? DEFAULT_STEPS : steps;
    randomStart = randomStart == null || randomStart;
    if (steps < 1) {
      throw InputException.of("steps", steps, OWNER, "be at least 1", "try " + DEFAULT_STEPS);
    }
    if (stepSize != null && !(Epsilon.parse(STEP_SIZE, stepSize, OWNER).value() > 0)) {
      throw InputException.of(STEP_SIZE, stepSize, OWNER, "be positive", "try 2/255");
    }
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
    double length =
        stepSize == null
            ? RELATIVE_STEP * task.epsilon()
            : Epsilon.parse(STEP_SIZE, stepSize, OWNER)
                .under(task.norm(), STEP_SIZE, OWNER)
                .value();
    return GradientSteps.run(task, steps, length, randomStart);
  }
}
