package dev.holdfast.attacks.gradient;

import ai.djl.ndarray.NDArray;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.RowScaling;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;

/**
 * The schedule of Auto-PGD, section 3 of Croce and Hein, ICML 2020, with the constants of their
 * AutoAttack: first check after 22 % of the moves, each period shorter by 3 % down to 6 %, momentum
 * 0.75.
 */
public class ApgdSteps implements UpdateRule {

  private static final double FIRST_PERIOD = 0.22;
  private static final double SHORTER = 0.03;
  private static final double SHORTEST = 0.06;
  private static final float MOMENTUM = 0.75f;

  private final int steps;
  private final double rho;
  private final boolean randomStart;
  private final int restarts;

  // For each slot.
  private float[] length;
  private int[] period;
  private int[] sinceCheck;
  private float[] bestAtCheck;
  private boolean[] halvedAtCheck;
  private SlotArray previous;
  private SlotArray bestGradient;

  public ApgdSteps(int steps, double rho, boolean randomStart, int restarts) {
    this.steps = steps;
    this.rho = rho;
    this.randomStart = randomStart;
    this.restarts = restarts;
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public int restarts() {
    return restarts;
  }

  @Override
  public boolean keepsBest() {
    return true;
  }

  /** At the edge of the budget, in a random direction. */
  @Override
  public void start(SlotScheduler slots, int slot, Ball ball, float[] perturbation, int offset) {
    if (slots.restart(slot) == 0 && !randomStart) {
      UpdateRule.super.start(slots, slot, ball, perturbation, offset);
      return;
    }
    CounterRng rng = slots.startRng(slot);
    boolean linf = slots.task().norm() == Norm.LINF;
    double[] direction = new double[slots.task().values()];
    double largest = 0;
    double squares = 0;
    for (int p = 0; p < direction.length; p++) {
      direction[p] = linf ? rng.nextDouble(-1, 1) : rng.nextGaussian();
      largest = Math.max(largest, Math.abs(direction[p]));
      squares += direction[p] * direction[p];
    }
    double scale = slots.task().epsilon() / (linf ? largest : Math.sqrt(squares));
    for (int p = 0; p < direction.length; p++) {
      perturbation[offset + p] = (float) (scale * direction[p]);
    }
  }

  @Override
  public void begin(SlotScheduler slots, int[] fresh, NDArray clean) {
    if (length == null) {
      length = new float[slots.rows()];
      period = new int[slots.rows()];
      sinceCheck = new int[slots.rows()];
      bestAtCheck = new float[slots.rows()];
      halvedAtCheck = new boolean[slots.rows()];
      previous = new SlotArray(slots.rows(), slots.owner());
      bestGradient = new SlotArray(slots.rows(), slots.owner());
    }
    for (int slot : fresh) {
      length[slot] = (float) (2 * slots.task().epsilon());
      period[slot] = Math.max(1, (int) (FIRST_PERIOD * steps));
      sinceCheck[slot] = 0;
      // As if the step had just been halved: the first period is there to find a direction.
      halvedAtCheck[slot] = true;
    }
    previous.put(fresh, clean.zerosLike());
    bestGradient.put(fresh, clean.zerosLike());
  }

  @Override
  public NDArray move(SlotScheduler slots, NDArray points, NDArray gradient, float[] losses) {
    boolean[] back = new boolean[slots.rows()];
    boolean[] improved = new boolean[slots.rows()];
    float[] weights = new float[slots.rows()];
    boolean anyBack = false;
    for (int slot = 0; slot < slots.rows(); slot++) {
      improved[slot] = slots.improved(slot);
      weights[slot] = slots.pass(slot) == 0 ? 1 : MOMENTUM;
      if (slots.item(slot) < 0) {
        continue;
      }
      if (slots.pass(slot) == 0) {
        bestAtCheck[slot] = slots.bestMerit(slot);
      } else if (++sinceCheck[slot] == period[slot]) {
        back[slot] = check(slots, slot);
        anyBack |= back[slot];
      }
    }
    bestGradient.take(improved, gradient);
    NDArray from = points;
    NDArray along = gradient;
    if (anyBack) {
      SlotArray places = new SlotArray(slots.rows(), points.getManager());
      places.replace(points.duplicate());
      places.take(back, slots.best());
      from = places.values();
      SlotArray gradients = new SlotArray(slots.rows(), points.getManager());
      gradients.replace(gradient);
      gradients.take(back, bestGradient.values());
      along = gradients.values();
    }
    NDArray before = previous.values();
    NDArray kept = from.duplicate();
    Ball ball = slots.ball();
    NDArray stepped = ball.project(ball.step(from, along, length));
    // from + weight (stepped - from) + (1 - weight) (from - before)
    NDArray to =
        RowScaling.scale(stepped.subi(from), weights)
            .addi(from)
            .addi(RowScaling.scale(from.sub(before), rest(weights)));
    previous.replace(kept);
    return ball.project(to);
  }

  private static float[] rest(float[] weights) {
    float[] rest = new float[weights.length];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = 1 - weights[i];
    }
    return rest;
  }

  /** Halves the step where it no longer helps; tells whether it did. */
  private boolean check(SlotScheduler slots, int slot) {
    int pass = slots.pass(slot);
    int rises = 0;
    for (int i = pass - period[slot] + 1; i <= pass; i++) {
      rises += slots.loss(slot, i) > slots.loss(slot, i - 1) ? 1 : 0;
    }
    boolean oscillates = rises <= rho * period[slot];
    boolean stalls = !halvedAtCheck[slot] && bestAtCheck[slot] >= slots.bestMerit(slot);
    boolean halves = oscillates || stalls;
    if (halves) {
      length[slot] /= 2;
    }
    halvedAtCheck[slot] = halves;
    bestAtCheck[slot] = slots.bestMerit(slot);
    sinceCheck[slot] = 0;
    period[slot] =
        Math.max(
            period[slot] - Math.max(1, (int) (SHORTER * steps)),
            Math.max(1, (int) (SHORTEST * steps)));
    return halves;
  }
}
