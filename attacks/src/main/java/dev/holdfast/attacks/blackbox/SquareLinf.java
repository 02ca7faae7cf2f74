package dev.holdfast.attacks.blackbox;

import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.projection.PixelGrid;
import dev.holdfast.metrics.random.CounterRng;
import java.util.function.IntToDoubleFunction;

/** The Square attack under linf: windows at the edge of the budget, one sign for each channel. */
public final class SquareLinf extends RandomSearch {

  /** A window that changes nothing would waste a query; it is drawn again, up to a point. */
  private static final int DRAWS = 20;

  public SquareLinf(
      int queries,
      IntToDoubleFunction share,
      PixelGrid grid,
      PixelBudget budget,
      float[] clean,
      CounterRng rng) {
    super(queries, share, grid, budget, clean, rng);
  }

  /** Vertical stripes. */
  @Override
  void start(float[] image) {
    for (int channel = 0; channel < grid.channels(); channel++) {
      for (int column = 0; column < grid.width(); column++) {
        fill(image, channel, 0, grid.height(), column, 1, rng.nextInt(2) == 0);
      }
    }
  }

  @Override
  void change(float[] image) {
    int side = Math.max(1, (int) Math.rint(Math.sqrt(area())));
    int height = Math.min(side, grid.height());
    int width = Math.min(side, grid.width());
    if (height < side) {
      width = Math.min(grid.width(), Math.max(1, (int) Math.rint(area() / height)));
    } else if (width < side) {
      height = Math.min(grid.height(), Math.max(1, (int) Math.rint(area() / width)));
    }
    boolean changed = false;
    for (int draw = 0; draw < DRAWS && !changed; draw++) {
      int row = rng.nextInt(grid.height() - height + 1);
      int column = rng.nextInt(grid.width() - width + 1);
      for (int channel = 0; channel < grid.channels(); channel++) {
        changed |= fill(image, channel, row, height, column, width, rng.nextInt(2) == 0);
      }
    }
  }

  /** Sets a window of one channel to an edge of the budget; returns whether that is a change. */
  private boolean fill(
      float[] image, int channel, int row, int height, int column, int width, boolean up) {
    boolean changed = false;
    for (int r = row; r < row + height; r++) {
      for (int c = column; c < column + width; c++) {
        int at = grid.at(channel, r, c);
        float edge = budget.bound(clean[at], up);
        changed |= edge != image[at];
        image[at] = edge;
      }
    }
    return changed;
  }
}
