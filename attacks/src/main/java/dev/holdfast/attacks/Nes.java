package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.blackbox.GradientEstimator;
import dev.holdfast.attacks.blackbox.OracleBatch;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.projection.PixelGrid;
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
 * PGD with a gradient estimated by natural evolution strategies: normal noise in antithetic pairs,
 * a step along the sign of the estimate (under l2: along the estimate). The candidate is shown
 * {@code steps * (samples + 1)} images.
 *
 * @param steps default 32
 * @param samples images in one estimate, an even number; default 100
 * @param sigma standard deviation of the noise in pixel space; default 0.01
 * @param stepSize length of a step, such as {@code 3/255}, or in parts of epsilon; default {@code
 *     epsilon/4}
 * @param grid noise is drawn for at most that many cells along each side and repeated inside them,
 *     which helps with large images; 0 for no limit. Default 32
 */
@JsonTypeName("nes")
public record Nes(Integer steps, Integer samples, Double sigma, String stepSize, Integer grid)
    implements Attack {

  private static final String OWNER = "attack nes";

  /** Puts the defaults in and checks the values. */
  public Nes {
    steps = Check.count("steps", steps, 32, OWNER);
    samples = Check.count("samples", samples, 100, OWNER);
    if (samples % 2 != 0) {
      throw InputException.of(
          "samples", samples, OWNER, "be even: noise comes in pairs", "try 100");
    }
    sigma = Check.number("sigma", sigma, 0.01, 1e-6, 1, OWNER);
    stepSize = StepSize.checked(stepSize, "epsilon/4", OWNER);
    grid = grid == null ? 32 : grid;
    if (grid < 0) {
      throw InputException.of("grid", grid, OWNER, "not be negative", "0 means no limit");
    }
  }

  @Override
  public String description() {
    return "gradient steps with a gradient estimated from normal noise, by values alone";
  }

  @Override
  public String source() {
    return "Ilyas et al., ICML 2018 (1804.08598)";
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
    PixelGrid pixels = PixelGrid.of(task);
    PixelBudget budget = new PixelBudget(task.norm(), task.epsilon());
    double length = StepSize.length(stepSize, task.norm(), task.epsilon(), OWNER);
    OracleBatch.run(
        task,
        item -> {
          CounterRng rng =
              CounterRng.of(task.seed(), task.cell() + "/nes", task.clean().ids()[item]);
          float[] clean = task.image(item);
          float[] start =
              task.hasZeroGradientAtClean() ? budget.random(clean, Ball.NUDGE, rng) : clean.clone();
          return new GradientEstimator(
              budget,
              clean,
              start,
              steps,
              samples / 2,
              sigma,
              (direction, random) -> cells(direction, pixels, random),
              rng) {
            @Override
            protected void move(float[] iterate, double[] gradient) {
              step(iterate, gradient, length, task.norm());
            }
          };
        },
        done);
  }

  /** Normal noise, one number for each cell of the grid. */
  private void cells(float[] direction, PixelGrid pixels, CounterRng rng) {
    int down = grid == 0 ? pixels.height() : Math.min(grid, pixels.height());
    int right = grid == 0 ? pixels.width() : Math.min(grid, pixels.width());
    float[] noise = new float[down * right];
    for (int channel = 0; channel < pixels.channels(); channel++) {
      for (int cell = 0; cell < noise.length; cell++) {
        noise[cell] = (float) rng.nextGaussian();
      }
      for (int row = 0; row < pixels.height(); row++) {
        int from = row * down / pixels.height() * right;
        for (int column = 0; column < pixels.width(); column++) {
          direction[pixels.at(channel, row, column)] =
              noise[from + column * right / pixels.width()];
        }
      }
    }
  }

  private static void step(float[] iterate, double[] gradient, double length, Norm norm) {
    double squares = 0;
    for (double g : gradient) {
      squares += g * g;
    }
    double scale = squares == 0 ? 0 : length / Math.sqrt(squares);
    for (int i = 0; i < iterate.length; i++) {
      iterate[i] +=
          (float) (norm == Norm.LINF ? length * Math.signum(gradient[i]) : scale * gradient[i]);
    }
  }
}
