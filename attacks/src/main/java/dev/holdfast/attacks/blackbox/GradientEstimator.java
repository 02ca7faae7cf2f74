package dev.holdfast.attacks.blackbox;

import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;

/**
 * Steps along a gradient that is estimated from values of the objective: pairs of images on
 * opposite sides of the iterate, {@code g = mean of (L(x + s u) - L(x - s u)) u / (2 s)}. After
 * each step the iterate itself is shown; the best of them is the result.
 */
public abstract class GradientEstimator implements OracleSearch {

  private final PixelBudget budget;
  private final float[] clean;
  private final int steps;
  private final int pairs;
  private final double sigma;
  private final Directions directions;
  private final CounterRng rng;

  private final float[] iterate;
  private final float[] best;
  private final float[] direction;
  private final double[] sum;
  private final float[] losses;
  private float bestLoss = Float.NEGATIVE_INFINITY;
  private float forth;

  /** Images shown since the last step: an even number of the pairs, then the iterate. */
  private int shown;

  private int taken;

  /** Draws the directions in which the objective is probed. */
  @FunctionalInterface
  public interface Directions {
    /** Fills in numbers of mean 0 and variance 1. */
    void draw(float[] direction, CounterRng rng);
  }

  /**
   * @param start where to begin, inside the budget
   * @param pairs of images in an estimate
   * @param sigma how far they are from the iterate, for each pixel
   */
  public GradientEstimator(
      PixelBudget budget,
      float[] clean,
      float[] start,
      int steps,
      int pairs,
      double sigma,
      Directions directions,
      CounterRng rng) {
    this.budget = budget;
    this.clean = clean;
    this.steps = steps;
    this.pairs = pairs;
    this.sigma = sigma;
    this.directions = directions;
    this.rng = rng;
    this.iterate = start;
    this.best = start.clone();
    this.direction = new float[clean.length];
    this.sum = new double[clean.length];
    this.losses = new float[steps];
  }

  /**
   * Moves the iterate, not yet projected.
   *
   * @param gradient the estimate
   */
  protected abstract void move(float[] iterate, double[] gradient);

  @Override
  public final void ask(float[] target, int offset) {
    if (shown == 2 * pairs) {
      System.arraycopy(iterate, 0, target, offset, iterate.length);
      return;
    }
    boolean back = shown % 2 == 1;
    if (!back) {
      directions.draw(direction, rng);
    }
    double length = back ? -sigma : sigma;
    for (int i = 0; i < iterate.length; i++) {
      // What is asked about is an image, though not one of the budget.
      target[offset + i] = (float) Math.max(0, Math.min(1, iterate[i] + length * direction[i]));
    }
  }

  @Override
  public final boolean allowed() {
    return shown == 2 * pairs;
  }

  @Override
  public final void tell(float loss) {
    if (shown < 2 * pairs) {
      if (shown % 2 == 0) {
        forth = loss;
      } else {
        double slope = ((double) forth - loss) / (2 * sigma);
        if (Double.isFinite(slope) && slope != 0) {
          for (int i = 0; i < sum.length; i++) {
            sum[i] += slope * direction[i];
          }
        }
      }
      shown++;
      if (shown == 2 * pairs) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] /= pairs;
        }
        move(iterate, sum);
        budget.project(iterate, clean);
        Arrays.fill(sum, 0);
      }
      return;
    }
    if (taken == 0 || loss > bestLoss) {
      bestLoss = loss;
      System.arraycopy(iterate, 0, best, 0, best.length);
    }
    losses[taken++] = loss;
    shown = 0;
  }

  @Override
  public final boolean over() {
    return taken == steps;
  }

  @Override
  public final float[] image() {
    return best;
  }

  @Override
  public final float[] losses() {
    return Arrays.copyOf(losses, taken);
  }

  @Override
  public final int steps() {
    return taken;
  }
}
