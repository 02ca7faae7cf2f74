package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.gradient.MinimumNorm;
import dev.holdfast.attacks.gradient.SlotArray;
import dev.holdfast.attacks.gradient.SlotScheduler;
import dev.holdfast.attacks.gradient.UpdateRule;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.Gradients;
import dev.holdfast.attacks.projection.RowScaling;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Norm;
import java.util.function.Consumer;

/**
 * The attack of Carlini and Wagner, for retrieval: minimizes |delta|^2 + c [confidence - margin]+
 * with Adam over w, where the image is (tanh(w) + 1) / 2, and searches for the c that makes the
 * perturbation shortest. The shortest perturbation that broke recall@k is returned, or the clean
 * image if none did inside epsilon. Goes with the norm l2 and the objective margin.
 *
 * @param steps of Adam for each c; default 100
 * @param searches how many c are tried; default 6
 * @param learningRate of Adam; default 0.01
 * @param constant the first c; default 1
 * @param confidence the margin that is asked for, in units of distance; default 0
 */
@JsonTypeName("cw")
public record CarliniWagner(
    Integer steps, Integer searches, Double learningRate, Double constant, Double confidence)
    implements Attack {

  private static final String OWNER = "attack cw";
  private static final int DEFAULT_STEPS = 100;
  private static final int DEFAULT_SEARCHES = 6;

  /** Puts the defaults in and checks the values. */
  public CarliniWagner {
    steps = Check.count("steps", steps, DEFAULT_STEPS, OWNER);
    searches = Check.count("searches", searches, DEFAULT_SEARCHES, OWNER);
    learningRate =
        Check.number(
            "learning_rate", learningRate, 0.01, Float.MIN_NORMAL, Double.MAX_VALUE, OWNER);
    constant = Check.number("constant", constant, 1, Float.MIN_NORMAL, Double.MAX_VALUE, OWNER);
    confidence = Check.number("confidence", confidence, 0, 0, Double.MAX_VALUE, OWNER);
  }

  @Override
  public String description() {
    return "the shortest perturbation that breaks recall@k, by a penalty that is searched for";
  }

  @Override
  public String source() {
    return "Carlini and Wagner, S&P 2017 (1608.04644)";
  }

  @Override
  public int cost() {
    return 3 * (steps + 1) * searches;
  }

  @Override
  public boolean seeksMinimumNorm() {
    return true;
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    MinimumNorm.check(objective, OWNER);
    if (threat.norm() != Norm.L2) {
      throw InputException.of("norm", threat.norm().id(), OWNER, "be l2", "use fmn for linf");
    }
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    SlotScheduler.run(task, new Search(this, task), done);
  }

  /** One run for each c. */
  private static final class Search implements UpdateRule {

    private static final float FIRST_MOMENT = 0.9f;
    private static final float SECOND_MOMENT = 0.999f;
    private static final float TINY = 1e-8f;
    private static final double TEN = 10;

    /** Keeps pixels of 0 and 1 away from the ends of tanh. */
    private static final float INSIDE = 0.999999f;

    private final CarliniWagner attack;
    private final AttackTask task;
    private SlotArray center;
    private SlotArray place;
    private SlotArray mean;
    private SlotArray square;

    // For each slot.
    private final double[] c;
    private final double[] low;
    private final double[] high;
    private final boolean[] found;
    private final double[] shortest;

    Search(CarliniWagner attack, AttackTask task) {
      this.attack = attack;
      this.task = task;
      int rows = task.batchSize();
      this.c = new double[rows];
      this.low = new double[rows];
      this.high = new double[rows];
      this.found = new boolean[rows];
      this.shortest = new double[rows];
    }

    @Override
    public int steps() {
      return attack.steps();
    }

    @Override
    public int restarts() {
      return attack.searches();
    }

    @Override
    public boolean keepsBest() {
      return true;
    }

    /** Iterates may be outside of the budget. */
    @Override
    public boolean evaluatesFeasiblePoints() {
      return false;
    }

    /** Always at the clean image. */
    @Override
    public void start(SlotScheduler slots, int slot, Ball ball, float[] perturbation, int offset) {}

    @Override
    public void begin(SlotScheduler slots, int[] fresh, NDArray clean) {
      if (center == null) {
        center = new SlotArray(slots.rows(), slots.owner());
        place = new SlotArray(slots.rows(), slots.owner());
        mean = new SlotArray(slots.rows(), slots.owner());
        square = new SlotArray(slots.rows(), slots.owner());
      }
      for (int slot : fresh) {
        if (slots.restart(slot) == 0) {
          c[slot] = attack.constant();
          low[slot] = 0;
          high[slot] = Double.POSITIVE_INFINITY;
          shortest[slot] = Double.POSITIVE_INFINITY;
        } else if (found[slot]) {
          high[slot] = c[slot];
          c[slot] = (low[slot] + high[slot]) / 2;
        } else {
          low[slot] = c[slot];
          c[slot] =
              high[slot] == Double.POSITIVE_INFINITY ? c[slot] * TEN : (low[slot] + high[slot]) / 2;
        }
        found[slot] = false;
      }
      center.put(fresh, clean.duplicate());
      NDArray y = clean.mul(2).subi(1).muli(INSIDE);
      // The inverse of tanh, which the engine lacks.
      NDArray w = y.add(1).divi(y.neg().addi(1)).log().muli(0.5f);
      place.put(fresh, w);
      mean.put(fresh, clean.zerosLike());
      square.put(fresh, clean.zerosLike());
    }

    @Override
    public float[] merit(SlotScheduler slots, NDArray points, float[] losses) {
      double[] lengths = MinimumNorm.lengths(Norm.L2, points, center.values());
      float[] merit = new float[losses.length];
      for (int slot = 0; slot < merit.length; slot++) {
        boolean broken = MinimumNorm.broken(losses[slot]);
        found[slot] |= broken;
        merit[slot] = Float.NaN;
        if (broken && lengths[slot] <= task.epsilon()) {
          merit[slot] = MinimumNorm.merit(losses[slot], lengths[slot]);
          shortest[slot] = Math.min(shortest[slot], lengths[slot]);
        }
      }
      return merit;
    }

    @Override
    public boolean settled(SlotScheduler slots, int slot) {
      return shortest[slot] == 0;
    }

    @Override
    public NDArray move(SlotScheduler slots, NDArray points, NDArray gradient, float[] losses) {
      int rows = slots.rows();
      float[] penalty = new float[rows];
      float[] first = new float[rows];
      float[] second = new float[rows];
      for (int slot = 0; slot < rows; slot++) {
        penalty[slot] = losses[slot] < attack.confidence() ? (float) -c[slot] : 0;
        int t = slots.pass(slot) + 1;
        first[slot] = (float) (attack.learningRate() / (1 - Math.pow(FIRST_MOMENT, t)));
        second[slot] = (float) (1 / (1 - Math.pow(SECOND_MOMENT, t)));
      }
      NDArray safe =
          Gradients.finite(Gradients.lengths(Gradients.rows(gradient)))
              ? gradient
              : Gradients.withoutHoles(gradient);
      NDArray slope =
          RowScaling.scale(safe, penalty)
              .addi(points.sub(center.values()).muli(2))
              // dx/dw = (1 - tanh^2) / 2 = 2 x (1 - x)
              .muli(points.sub(points.square()).muli(2));
      NDArray m = slope.mul(1 - FIRST_MOMENT).addi(mean.on(slope.getManager()).mul(FIRST_MOMENT));
      NDArray v =
          slope
              .square()
              .muli(1 - SECOND_MOMENT)
              .addi(square.on(slope.getManager()).mul(SECOND_MOMENT));
      NDArray root = RowScaling.scale(v.duplicate(), second).sqrt().addi(TINY);
      NDArray step = RowScaling.scale(m.duplicate(), first).divi(root);
      NDArray w = step.neg().addi(place.values());
      NDArray to = w.tanh().addi(1).muli(0.5f);
      mean.replace(m);
      square.replace(v);
      place.replace(w);
      return to;
    }
  }
}
