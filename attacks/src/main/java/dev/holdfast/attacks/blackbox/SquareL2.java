package dev.holdfast.attacks.blackbox;

import dev.holdfast.attacks.projection.L2Ball;
import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.projection.PixelGrid;
import dev.holdfast.metrics.random.CounterRng;
import java.util.function.IntToDoubleFunction;

/**
 * The Square attack under l2. The perturbation consists of squares with two opposite bumps. A step
 * takes one square away and puts its length, with what the budget has left, into another one.
 */
public final class SquareL2 extends RandomSearch {

  private static final int TILES = 5;
  private static final int SMALLEST = 3;
  private static final double TINY = 1e-12;

  public SquareL2(
      int queries,
      IntToDoubleFunction share,
      PixelGrid grid,
      PixelBudget budget,
      float[] clean,
      CounterRng rng) {
    super(queries, share, grid, budget, clean, rng);
  }

  /** Five tiles along the shorter side, each with a sign of its own in each channel. */
  @Override
  void start(float[] image) {
    int side = Math.max(1, Math.min(grid.height(), grid.width()) / TILES);
    int down = grid.height() / side;
    int right = grid.width() / side;
    int top = (grid.height() - down * side) / 2;
    int left = (grid.width() - right * side) / 2;
    double[] move = new double[image.length];
    for (int tile = 0; tile < down * right; tile++) {
      double[] bumps = bumps(side);
      for (int channel = 0; channel < grid.channels(); channel++) {
        int sign = rng.nextInt(2) == 0 ? 1 : -1;
        for (int i = 0; i < bumps.length; i++) {
          int row = top + tile / right * side + i / side;
          int column = left + tile % right * side + i % side;
          move[grid.at(channel, row, column)] = sign * bumps[i];
        }
      }
    }
    apply(move, image);
  }

  @Override
  void change(float[] image) {
    int shorter = Math.min(grid.height(), grid.width());
    int side = Math.min(shorter, Math.max(SMALLEST, (int) Math.rint(Math.sqrt(area()))));
    // A square of odd length has a middle.
    side = side % 2 == 0 ? (side < shorter ? side + 1 : side - 1) : side;
    int row = rng.nextInt(grid.height() - side + 1);
    int column = rng.nextInt(grid.width() - side + 1);
    int otherRow = rng.nextInt(grid.height() - side + 1);
    int otherColumn = rng.nextInt(grid.width() - side + 1);
    double[] bumps = bumps(side);
    double[] move = new double[image.length];
    double squares = 0;
    for (int i = 0; i < move.length; i++) {
      move[i] = (double) image[i] - clean[i];
      squares += move[i] * move[i];
    }
    double unused = Math.max(0, budget.epsilon() * budget.epsilon() - squares);
    for (int channel = 0; channel < grid.channels(); channel++) {
      double here = 0;
      double both = 0;
      for (int i = 0; i < bumps.length; i++) {
        double value = move[grid.at(channel, row + i / side, column + i % side)];
        here += value * value;
        // Of the other window, what does not lie in this one as well.
        int r = otherRow + i / side;
        int c = otherColumn + i % side;
        if (r < row || r >= row + side || c < column || c >= column + side) {
          double other = move[grid.at(channel, r, c)];
          both += other * other;
          move[grid.at(channel, r, c)] = 0;
        }
      }
      both += here;
      int sign = rng.nextInt(2) == 0 ? 1 : -1;
      double length = 0;
      double[] mixed = new double[bumps.length];
      for (int i = 0; i < mixed.length; i++) {
        int at = grid.at(channel, row + i / side, column + i % side);
        mixed[i] = sign * bumps[i] + move[at] / (Math.sqrt(here) + TINY);
        length += mixed[i] * mixed[i];
      }
      double scale = Math.sqrt(both + unused / grid.channels()) / (Math.sqrt(length) + TINY);
      for (int i = 0; i < mixed.length; i++) {
        move[grid.at(channel, row + i / side, column + i % side)] = scale * mixed[i];
      }
    }
    apply(move, image);
  }

  /** Puts a move of the whole length of the budget on the clean image. */
  private void apply(double[] move, float[] image) {
    double squares = 0;
    for (double m : move) {
      squares += m * m;
    }
    double scale = squares == 0 ? 0 : budget.epsilon() / Math.sqrt(squares);
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) Math.max(0, Math.min(1, clean[i] + scale * move[i]));
    }
    L2Ball.settle(image, clean, budget.epsilon());
  }

  /** Returns a square of length 1 with a bump in one half and its negative in the other one. */
  private double[] bumps(int side) {
    double[] square = new double[side * side];
    int half = side / 2;
    boolean turned = rng.nextInt(2) == 0;
    double squares = 0;
    for (int r = 0; r < side; r++) {
      for (int c = 0; c < side; c++) {
        double value = r < half ? bump(side, half, c, r) : -bump(side, side - half, c, r - half);
        square[turned ? c * side + r : r * side + c] = value;
        squares += value * value;
      }
    }
    for (int i = 0; i < square.length; i++) {
      square[i] /= Math.sqrt(squares);
    }
    return square;
  }

  /**
   * A bump in a rectangle: nested frames, each adding one over the square of how far it is from the
   * middle.
   */
  private static double bump(int longer, int shorter, int along, int across) {
    int n = longer / 2;
    int out = Math.max(Math.abs(along - n), Math.abs(across - shorter / 2));
    double sum = 0;
    for (int k = 0; k <= n - out; k++) {
      sum += 1.0 / ((double) (n + 1 - k) * (n + 1 - k));
    }
    return sum;
  }
}
