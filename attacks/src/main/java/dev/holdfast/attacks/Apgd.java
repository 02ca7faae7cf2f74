package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.gradient.ApgdSteps;
import dev.holdfast.attacks.gradient.SlotScheduler;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import java.util.function.Consumer;

/**
 * Auto-PGD: gradient ascent with momentum whose step, at first twice epsilon, is halved where the
 * objective no longer rises, and that goes on from the best iterate then. The best iterate is
 * returned.
 *
 * @param steps moves; default 100
 * @param rho a step is halved if at most this part of the moves since the last check raised the
 *     objective; default 0.75
 * @param randomStart whether to start at the edge of the budget, in a random direction; default
 *     true
 * @param restarts how often, each time from another start; the best result is kept. The second and
 *     later starts are always random. Default 1
 */
@JsonTypeName("apgd")
public record Apgd(Integer steps, Double rho, Boolean randomStart, Integer restarts)
    implements Attack {

  private static final String OWNER = "attack apgd";
  private static final int DEFAULT_STEPS = 100;

  /** Puts the defaults in and checks the values. */
  public Apgd {
    steps = Check.count("steps", steps, DEFAULT_STEPS, OWNER);
    rho = Check.number("rho", rho, 0.75, 0, 1, OWNER);
    randomStart = randomStart == null || randomStart;
    restarts = Check.count("restarts", restarts, 1, OWNER);
  }

  @Override
  public String description() {
    return "gradient ascent with momentum and a step that is halved by itself; best iterate";
  }

  @Override
  public String source() {
    return "Croce and Hein, ICML 2020 (2003.01690)";
  }

  @Override
  public int cost() {
    return 3 * (steps + 1) * restarts;
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    SlotScheduler.run(task, new ApgdSteps(steps, rho, randomStart, restarts), done);
  }
}
