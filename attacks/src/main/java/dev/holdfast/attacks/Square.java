package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.blackbox.OracleBatch;
import dev.holdfast.attacks.blackbox.SquareL2;
import dev.holdfast.attacks.blackbox.SquareLinf;
import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.projection.PixelGrid;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;
import java.util.function.Consumer;

/**
 * The Square attack: random search with windows that shrink. Under linf a window is set to the edge
 * of the budget, by a sign for each channel; under l2 a window gets the length of another one, in
 * the form of two opposite bumps. A change is kept where the objective grows. No gradient is used.
 *
 * <p>The share of the image that a window covers starts at {@code p} and is halved after 10, 50,
 * 200, 500, 1000, 2000, 4000, 6000 and 8000 queries, as in AutoAttack. Where a square does not fit,
 * the window is as high or wide as the image and has the same area.
 *
 * @param queries images that are shown to the candidate; default 5000
 * @param p share of the first windows; default 0.8
 * @param rescale whether the schedule is stretched from 10 000 to the number of queries; default
 *     false
 */
@JsonTypeName("square")
public record Square(Integer queries, Double p, Boolean rescale) implements Attack {

  private static final String OWNER = "attack square";
  private static final int[] HALVINGS = {10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000};
  private static final double LENGTH_OF_SCHEDULE = 10_000;

  /** Puts the defaults in and checks the values. */
  public Square {
    queries = Check.count("queries", queries, 5000, OWNER);
    p = Check.number("p", p, 0.8, 1e-6, 1, OWNER);
    rescale = rescale != null && rescale;
  }

  @Override
  public String description() {
    return "random search with windows that shrink, by the values of the objective alone";
  }

  @Override
  public String source() {
    return "Andriushchenko et al., ECCV 2020 (1912.00049)";
  }

  @Override
  public Integer steps() {
    return queries;
  }

  @Override
  public int cost() {
    return queries;
  }

  @Override
  public Knowledge knowledge() {
    return Knowledge.SCORE_BASED;
  }

  /** Returns the share of the image that the window of a query covers. */
  double share(int query) {
    double at = rescale ? Math.floor(query * LENGTH_OF_SCHEDULE / queries) : query;
    double share = p;
    for (int halving : HALVINGS) {
      share /= at > halving ? 2 : 1;
    }
    return share;
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    PixelGrid grid = PixelGrid.of(task);
    PixelBudget budget = new PixelBudget(task.norm(), task.epsilon());
    OracleBatch.run(
        task,
        item -> {
          CounterRng rng =
              CounterRng.of(task.seed(), task.cell() + "/square", task.clean().ids()[item]);
          float[] clean = task.image(item);
          return task.norm() == Norm.LINF
              ? new SquareLinf(queries, this::share, grid, budget, clean, rng)
              : new SquareL2(queries, this::share, grid, budget, clean, rng);
        },
        done);
  }
}
