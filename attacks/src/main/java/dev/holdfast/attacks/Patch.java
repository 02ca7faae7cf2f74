package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.projection.PixelGrid;
import dev.holdfast.attacks.shared.CrossFitting;
import dev.holdfast.attacks.shared.SharedPerturbation;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import java.util.List;
import java.util.function.Consumer;

/**
 * An adversarial patch: a square picture that hides a part of the image, one for all images, as if
 * somebody had put a sticker there. It is learnt from others at random places and in random sizes,
 * and put into the images under attack in full size, at a place drawn for each.
 *
 * <p>Epsilon is the share of the image that it may cover: the patch is the largest square of whole
 * pixels that covers no more. Its values are free in [0,1].
 *
 * <p>Images are divided into halves by seed and id, and each half is attacked with what was learnt
 * from gallery images of the other: nobody meets what it helped to learn.
 *
 * @param steps of learning, for each half; default 200
 * @param stepSize by how much a value changes in a step, in pixel space; default {@code 8/255}
 * @param images of each half to learn from, at most; default 512
 * @param batch images in one step; default 32
 * @param decay of the momentum; default 0.9
 * @param smallest side in which it is learnt, in parts of the full side; default 0.8
 */
@JsonTypeName("patch")
public record Patch(
    Integer steps, String stepSize, Integer images, Integer batch, Double decay, Double smallest)
    implements Attack {

  private static final String OWNER = "attack patch";

  /** Puts the defaults in and checks the values. */
  public Patch {
    steps = Check.count("steps", steps, 200, OWNER);
    stepSize = stepSize == null ? "8/255" : stepSize.strip();
    if (!(length(stepSize) > 0)) {
      throw InputException.of("step_size", stepSize, OWNER, "be positive", "try 8/255");
    }
    images = Check.count("images", images, 512, OWNER);
    batch = Check.count("batch", batch, 32, OWNER);
    decay = Check.number("decay", decay, 0.9, 0, 1, OWNER);
    smallest = Check.number("smallest", smallest, 0.8, 0.01, 1, OWNER);
  }

  private static double length(String stepSize) {
    return Epsilon.parse("step_size", stepSize, OWNER).under(Norm.LINF, "step_size", OWNER).value();
  }

  @Override
  public String description() {
    return "a square picture that hides a part of the image, one for all, learnt at many places";
  }

  @Override
  public String source() {
    return "Brown et al., 2017 (1712.09665)";
  }

  @Override
  public List<Norm> norms() {
    return List.of(Norm.PATCH);
  }

  /** Many images share what learning costs. */
  @Override
  public int cost() {
    return steps;
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    PixelGrid grid = PixelGrid.of(task);
    int side = side(task.epsilon(), grid.height(), grid.width());
    if (side == 0) {
      task.leaveAll(done);
      return;
    }
    Sticker sticker =
        new Sticker(grid, side, Math.max(1, (int) (smallest * side)), length(stepSize));
    new CrossFitting(OWNER, steps, images, batch, decay)
        .run(
            task,
            sticker,
            (item, values, image) ->
                sticker
                    .inFull(
                        CounterRng.of(
                            task.seed(), task.cell() + "/place", task.clean().ids()[item]))
                    .put(values, image, 0),
            done);
  }

  /**
   * Returns the side of the largest square that covers no more than a share of an image; 0 where a
   * pixel is more.
   */
  static int side(double share, int height, int width) {
    int side = Math.min(height, width);
    while ((double) side * side / (height * width) > share) {
      side--;
    }
    return side;
  }

  /** A square of pixels. */
  private record Sticker(PixelGrid grid, int side, int smallest, double length)
      implements SharedPerturbation {

    @Override
    public float[] start(CounterRng rng) {
      float[] values = new float[grid.channels() * side * side];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) rng.nextDouble();
      }
      return values;
    }

    @Override
    public Placement draw(CounterRng rng) {
      return at(smallest + rng.nextInt(side - smallest + 1), rng);
    }

    Placement inFull(CounterRng rng) {
      return at(side, rng);
    }

    private Placement at(int size, CounterRng rng) {
      int top = rng.nextInt(grid.height() - size + 1);
      int left = rng.nextInt(grid.width() - size + 1);
      return new Spot(grid, side, size, top, left);
    }

    @Override
    public void step(float[] values, double[] direction) {
      for (int i = 0; i < values.length; i++) {
        double moved = values[i] + length * Math.signum(direction[i]);
        values[i] = (float) Math.max(0, Math.min(1, moved));
      }
    }
  }

  /**
   * A place and a size. A smaller patch is sampled bilinearly, between the centers of pixels.
   *
   * @param size side in the image
   */
  private record Spot(PixelGrid grid, int side, int size, int top, int left)
      implements SharedPerturbation.Placement {

    @Override
    public void put(float[] values, float[] image, int offset) {
      each((from, weight, to) -> image[offset + to] = 0);
      each((from, weight, to) -> image[offset + to] += weight * values[from]);
      // Weights add up to 1 but for rounding.
      each((from, weight, to) -> image[offset + to] = Math.min(1, image[offset + to]));
    }

    @Override
    public void pull(float[] values, float[] gradient, float[] image, int offset, double[] sum) {
      each((from, weight, to) -> sum[from] += (double) weight * gradient[offset + to]);
    }

    /** Hears of each value of the patch that counts for a value of the image. */
    @FunctionalInterface
    private interface Link {
      void of(int from, float weight, int to);
    }

    private void each(Link link) {
      for (int row = 0; row < size; row++) {
        double y = center(row);
        int upper = (int) y;
        float down = (float) (y - upper);
        for (int column = 0; column < size; column++) {
          double x = center(column);
          int first = (int) x;
          float right = (float) (x - first);
          for (int channel = 0; channel < grid.channels(); channel++) {
            int to = grid.at(channel, top + row, left + column);
            int from = (channel * side + upper) * side + first;
            link.of(from, (1 - down) * (1 - right), to);
            if (right > 0) {
              link.of(from + 1, (1 - down) * right, to);
            }
            if (down > 0) {
              link.of(from + side, down * (1 - right), to);
            }
            if (down > 0 && right > 0) {
              link.of(from + side + 1, down * right, to);
            }
          }
        }
      }
    }

    /** Returns where the center of a pixel lies in the patch; inside, because it is not smaller. */
    private double center(int index) {
      return Math.min(side - 1.0, (index + 0.5) * side / size - 0.5);
    }
  }
}
