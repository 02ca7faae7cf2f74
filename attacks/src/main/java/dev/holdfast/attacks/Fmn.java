package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.gradient.MinimumNorm;
import dev.holdfast.attacks.gradient.SlotArray;
import dev.holdfast.attacks.gradient.SlotScheduler;
import dev.holdfast.attacks.gradient.UpdateRule;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.projection.Gradients;
import dev.holdfast.attacks.projection.RowScaling;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.models.budget.Norm;
import java.util.function.Consumer;

/**
 * FMN, fast minimum-norm attack: looks for the shortest perturbation that breaks recall@k. Gradient
 * steps on a ball whose radius shrinks while recall is broken and grows while it is not; both rates
 * fall with a cosine. The shortest perturbation that broke recall is returned; epsilon only limits
 * it. Goes with the objective margin.
 *
 * @param steps default 100
 * @param stepSize Euclidean length of the first step; the last one is a hundredth of it. Default 1
 * @param gamma by how much the radius changes at first; at last by a fiftieth of that. Default 0.05
 */
@JsonTypeName("fmn")
public record Fmn(Integer steps, Double stepSize, Double gamma) implements Attack {

  private static final String OWNER = "attack fmn";
  private static final int DEFAULT_STEPS = 100;

  /** Puts the defaults in and checks the values. */
  public Fmn {
    steps = Check.count("steps", steps, DEFAULT_STEPS, OWNER);
    stepSize = Check.number("step_size", stepSize, 1, Float.MIN_NORMAL, Double.MAX_VALUE, OWNER);
    gamma = Check.number("gamma", gamma, 0.05, Float.MIN_NORMAL, 1, OWNER);
  }

  @Override
  public String description() {
    return "the shortest perturbation that breaks recall@k, on a ball that shrinks and grows";
  }

  @Override
  public String source() {
    return "Pintor et al., NeurIPS 2021 (2102.12827)";
  }

  @Override
  public boolean seeksMinimumNorm() {
    return true;
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    MinimumNorm.check(objective, OWNER);
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    SlotScheduler.run(task, new Steps(task, steps, stepSize, gamma), done);
  }

  /** The moves. */
  private static final class Steps implements UpdateRule {

    private static final double LAST_STEP = 0.01;
    private static final double LAST_GAMMA = 0.02;

    private final AttackTask task;
    private final int steps;
    private final double stepSize;
    private final double gamma;
    private final SlotArray[] center = new SlotArray[1];

    // For each slot.
    private final double[] radius;
    private final double[] shortest;
    private double[] lengths;

    Steps(AttackTask task, int steps, double stepSize, double gamma) {
      this.task = task;
      this.steps = steps;
      this.stepSize = stepSize;
      this.gamma = gamma;
      this.radius = new double[task.batchSize()];
      this.shortest = new double[task.batchSize()];
    }

    @Override
    public int steps() {
      return steps;
    }

    @Override
    public boolean keepsBest() {
      return true;
    }

    /** The first image that breaks recall is not the one that is wanted. */
    @Override
    public boolean evaluatesFeasiblePoints() {
      return false;
    }

    @Override
    public void begin(SlotScheduler slots, int[] fresh, NDArray clean) {
      if (center[0] == null) {
        center[0] = new SlotArray(slots.rows(), slots.owner());
      }
      center[0].put(fresh, clean.duplicate());
      for (int slot : fresh) {
        radius[slot] = Double.POSITIVE_INFINITY;
        shortest[slot] = Double.POSITIVE_INFINITY;
      }
    }

    @Override
    public float[] merit(SlotScheduler slots, NDArray points, float[] losses) {
      lengths = MinimumNorm.lengths(task.norm(), points, center[0].values());
      float[] merit = new float[losses.length];
      for (int slot = 0; slot < merit.length; slot++) {
        merit[slot] = MinimumNorm.merit(losses[slot], lengths[slot]);
        if (MinimumNorm.broken(losses[slot])) {
          shortest[slot] = Math.min(shortest[slot], lengths[slot]);
        }
      }
      return merit;
    }

    /** Nothing is shorter than nothing. */
    @Override
    public boolean settled(SlotScheduler slots, int slot) {
      return shortest[slot] == 0;
    }

    private double annealed(int pass, double first, double last) {
      return first * (last + (1 - last) * (1 + Math.cos(Math.PI * pass / steps)) / 2);
    }

    @Override
    public NDArray move(SlotScheduler slots, NDArray points, NDArray gradient, float[] losses) {
      int rows = slots.rows();
      NDArray direction = Gradients.rows(gradient);
      double[] slopes = Gradients.lengths(direction);
      if (!Gradients.finite(slopes)) {
        direction = Gradients.rows(Gradients.withoutHoles(gradient));
        slopes = Gradients.lengths(direction);
      }
      // How fast the margin rises for each unit of the norm: by the dual norm of the gradient.
      double[] rise = task.norm() == Norm.L2 ? slopes : Gradients.means(direction);
      float[] stride = new float[rows];
      for (int slot = 0; slot < rows; slot++) {
        int pass = Math.min(slots.pass(slot), steps);
        double rate = annealed(pass, gamma, LAST_GAMMA);
        stride[slot] = (float) annealed(pass, stepSize, LAST_STEP);
        if (MinimumNorm.broken(losses[slot])) {
          radius[slot] = Math.min(radius[slot] * (1 - rate), shortest[slot]);
        } else if (shortest[slot] < Double.POSITIVE_INFINITY) {
          radius[slot] *= 1 + rate;
        } else {
          double slope = rise[slot] * (task.norm() == Norm.L2 ? 1 : task.values());
          radius[slot] = lengths[slot] + Math.abs(losses[slot]) / slope;
        }
        // Without a slope or a margin, only the budget limits it.
        if (!(radius[slot] <= task.epsilon())) {
          radius[slot] = task.epsilon();
        }
      }
      NDArray clean = center[0].values();
      NDArray moved =
          RowScaling.scale(direction, Gradients.factors(slopes, stride))
              .reshape(points.getShape())
              .addi(points)
              .subi(clean);
      NDArray inside =
          task.norm() == Norm.LINF ? cut(moved) : RowScaling.scale(moved, shrinking(moved));
      return slots.ball().project(inside.addi(clean));
    }

    private NDArray cut(NDArray moved) {
      float[] radii = new float[radius.length];
      for (int slot = 0; slot < radii.length; slot++) {
        radii[slot] = (float) radius[slot];
      }
      NDArray column = RowScaling.column(moved, radii);
      return moved.minimum(column).maximum(column.neg());
    }

    private float[] shrinking(NDArray moved) {
      double[] lengths = Gradients.lengths(Gradients.rows(moved));
      float[] factors = new float[lengths.length];
      for (int slot = 0; slot < factors.length; slot++) {
        factors[slot] = lengths[slot] > radius[slot] ? (float) (radius[slot] / lengths[slot]) : 1;
      }
      return factors;
    }
  }
}
