package dev.holdfast.attacks.blackbox;

import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.projection.PixelGrid;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** The part of the Square attack that both norms share: keep what is better. */
abstract class RandomSearch implements OracleSearch {

  private final int queries;
  private final IntToDoubleFunction share;
  final PixelGrid grid;
  final PixelBudget budget;
  final float[] clean;
  final CounterRng rng;

  /** The best image so far. */
  final float[] best;

  private final float[] shown;
  private final float[] losses;
  private float bestLoss = Float.NEGATIVE_INFINITY;
  private int asked;

  RandomSearch(
      int queries,
      IntToDoubleFunction share,
      PixelGrid grid,
      PixelBudget budget,
      float[] clean,
      CounterRng rng) {
    this.queries = queries;
    this.share = share;
    this.grid = grid;
    this.budget = budget;
    this.clean = clean;
    this.rng = rng;
    this.best = clean.clone();
    this.shown = clean.clone();
    this.losses = new float[queries];
  }

  /** Fills in the first image. */
  abstract void start(float[] image);

  /** Changes a copy of the best image. */
  abstract void change(float[] image);

  /** Returns the area of the next window in pixels. */
  final double area() {
    return share.applyAsDouble(asked) * grid.plane();
  }

  /** Returns which query comes next, from 0. */
  final int asked() {
    return asked;
  }

  @Override
  public final void ask(float[] target, int offset) {
    System.arraycopy(best, 0, shown, 0, best.length);
    if (asked == 0) {
      start(shown);
    } else {
      change(shown);
    }
    System.arraycopy(shown, 0, target, offset, shown.length);
  }

  @Override
  public final boolean allowed() {
    return true;
  }

  @Override
  public final void tell(float loss) {
    if (asked == 0 || loss > bestLoss) {
      bestLoss = loss;
      System.arraycopy(shown, 0, best, 0, best.length);
    }
    losses[asked++] = bestLoss;
  }

  @Override
  public final boolean over() {
    return asked == queries;
  }

  @Override
  public final float[] image() {
    return best;
  }

  @Override
  public final float[] losses() {
    return Arrays.copyOf(losses, asked);
  }

  @Override
  public final int steps() {
    return asked;
  }
}
