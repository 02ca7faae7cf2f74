package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.blackbox.GradientEstimator;
import dev.holdfast.attacks.blackbox.OracleBatch;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.budget.StepSize;
import java.util.function.Consumer;

/**
 * Simultaneous perturbation stochastic approximation: a gradient estimated from random signs in
 * antithetic pairs, and steps by Adam (0.9, 0.999). The candidate is shown {@code steps * (samples
 * + 1)} images.
 *
 * @param steps default 20
 * @param samples images in one estimate, an even number; default 128
 * @param delta how far they are from the iterate, for each pixel; default 0.01
 * @param stepSize the learning rate as the length of a step of all pixels, such as {@code 2/255},
 *     or in parts of epsilon; default {@code epsilon/4}
 */
@JsonTypeName("spsa")
public record Spsa(Integer steps, Integer samples, Double delta, String stepSize)
    implements Attack {

  private static final String OWNER = "attack spsa";

  /** Puts the defaults in and checks the values. */
  public Spsa {
    steps = Check.count("steps", steps, 20, OWNER);
    samples = Check.count("samples", samples, 128, OWNER);
    if (samples % 2 != 0) {
      throw InputException.of("samples", samples, OWNER, "be even: signs come in pairs", "try 128");
    }
    delta = Check.number("delta", delta, 0.01, 1e-6, 1, OWNER);
    stepSize = StepSize.checked(stepSize, "epsilon/4", OWNER);
  }

  @Override
  public String description() {
    return "Adam steps with a gradient estimated from random signs, by values alone";
  }

  @Override
  public String source() {
    return "Uesato et al., ICML 2018 (1802.05666), after Spall 1992";
  }

  @Override
  public int cost() {
    return steps * (samples + 1);
  }

  @Override
  public Knowledge knowledge() {
    return Knowledge.SCORE_BASED;
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    StepSize.check(stepSize, threat.norm(), threat.epsilon(), OWNER);
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    PixelBudget budget = new PixelBudget(task.norm(), task.epsilon());
    double length = StepSize.length(stepSize, task.norm(), task.epsilon(), OWNER);
    // Adam moves every pixel by about the same, so a step of all pixels is longer under l2.
    double rate = task.norm() == Norm.LINF ? length : length / Math.sqrt(task.values());
    OracleBatch.run(
        task,
        item -> {
          CounterRng rng =
              CounterRng.of(task.seed(), task.cell() + "/spsa", task.clean().ids()[item]);
          float[] clean = task.image(item);
          float[] start =
              task.hasZeroGradientAtClean() ? budget.random(clean, Ball.NUDGE, rng) : clean.clone();
          return new Climb(budget, clean, start, rate, rng);
        },
        done);
  }

  private final class Climb extends GradientEstimator {

    private static final double MOMENTUM = 0.9;
    private static final double SQUARES = 0.999;
    private static final double TINY = 1e-8;

    private final double rate;
    private final float[] mean;
    private final float[] square;
    private int moves;

    Climb(PixelBudget budget, float[] clean, float[] start, double rate, CounterRng rng) {
      super(budget, clean, start, steps, samples / 2, delta, Spsa::signs, rng);
      this.rate = rate;
      this.mean = new float[clean.length];
      this.square = new float[clean.length];
    }

    @Override
    protected void move(float[] iterate, double[] gradient) {
      moves++;
      double meanBias = 1 - Math.pow(MOMENTUM, moves);
      double squareBias = 1 - Math.pow(SQUARES, moves);
      for (int i = 0; i < iterate.length; i++) {
        mean[i] = (float) (MOMENTUM * mean[i] + (1 - MOMENTUM) * gradient[i]);
        square[i] = (float) (SQUARES * square[i] + (1 - SQUARES) * gradient[i] * gradient[i]);
        iterate[i] +=
            (float) (rate * mean[i] / meanBias / (Math.sqrt(square[i] / squareBias) + TINY));
      }
    }
  }

  /** 64 signs from each random number. */
  private static void signs(float[] direction, CounterRng rng) {
    long bits = 0;
    for (int i = 0; i < direction.length; i++) {
      bits = i % Long.SIZE == 0 ? rng.nextLong() : bits >>> 1;
      direction[i] = (bits & 1) == 0 ? 1 : -1;
    }
  }
}
