package dev.holdfast.attacks.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.BatchObjective;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.L2Ball;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.HostToDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Schedules an iterative attack: streams the queries of a cell through the rows of one native
 * batch. Each row is a slot with a query of its own, at a step of its own; a query that is done
 * leaves, and the next one takes its slot, so that no row is computed for nothing while queries are
 * left. The rows of a native batch do not influence each other, so nothing depends on who shares a
 * batch with whom.
 */
public final class SlotScheduler {

  private static final int FREE = -1;

  private final AttackTask task;
  private final UpdateRule rule;
  private final Consumer<Perturbed> done;
  private final int rows;
  private final int moves;

  /** Passes of one run: a last one after the moves where the last iterate is to be judged. */
  private final int passes;

  private final NDManager batch;
  private final SlotArray images;

  /** The best iterates of the runs that are under way. */
  private final SlotArray best;

  /** The best iterates of all runs of a query, where there are several. */
  private final SlotArray result;

  private final List<SlotArray> centers = new ArrayList<>();

  // One entry for each slot.
  private final int[] item;
  private final int[] restart;
  private final int[] pass;
  private final int[] moved;
  private final int[] looked;
  private final float[] bestMerit;
  private final float[] resultMerit;
  private final boolean[] improved;
  private final float[][] losses;

  /** The iterate that broke what was asked for. */
  private final float[][] broken;

  private int next;

  private SlotScheduler(
      AttackTask task, UpdateRule rule, NDManager batch, Consumer<Perturbed> done) {
    this.task = task;
    this.rule = rule;
    this.done = done;
    this.batch = batch;
    this.rows = task.batchSize();
    this.moves = rule.steps();
    this.passes = moves + (judged() ? 1 : 0);
    this.images = new SlotArray(rows, batch);
    this.best = judged() ? new SlotArray(rows, batch) : null;
    this.result = rule.restarts() > 1 ? new SlotArray(rows, batch) : best;
    this.item = new int[rows];
    this.restart = new int[rows];
    this.pass = new int[rows];
    this.moved = new int[rows];
    this.looked = new int[rows];
    this.bestMerit = new float[rows];
    this.resultMerit = new float[rows];
    this.improved = new boolean[rows];
    this.losses = new float[rows][passes];
    this.broken = new float[rows][];
    Arrays.fill(item, FREE);
  }

  /** Attacks all queries of a task. */
  public static void run(AttackTask task, UpdateRule rule, Consumer<Perturbed> done) {
    if (task.epsilon() == 0) {
      task.leaveAll(done);
      return;
    }
    try (NDManager batch = task.model().manager().newSubManager()) {
      new SlotScheduler(task, rule, batch, done).run();
    }
  }

  private boolean judged() {
    return rule.keepsBest() || rule.restarts() > 1;
  }

  // --- What rules look at -----------------------------------------------------------------------

  /** Returns the task. */
  public AttackTask task() {
    return task;
  }

  /** Returns the number of slots. */
  public int rows() {
    return rows;
  }

  /** Returns the item in a slot, or -1. */
  public int item(int slot) {
    return item[slot];
  }

  /** Returns how many passes the run in a slot has behind it. */
  public int pass(int slot) {
    return pass[slot];
  }

  /** Returns which run of its query is in a slot, from 0. */
  public int restart(int slot) {
    return restart[slot];
  }

  /** Returns the objective that a run saw in one of its passes. */
  float loss(int slot, int inPass) {
    return losses[slot][inPass];
  }

  /** Returns the random numbers for the start of a run. */
  public CounterRng startRng(int slot) {
    return rng(slot, "start" + (restart[slot] == 0 ? "" : "/" + restart[slot]));
  }

  /** Returns the random numbers of the query in a slot for a purpose. */
  CounterRng rng(int slot, String purpose) {
    String stream = task.cell() + "/" + purpose;
    return CounterRng.of(task.seed(), stream, task.clean().ids()[item[slot]]);
  }

  /** Returns the owner of what is kept between steps. */
  public NDManager owner() {
    return batch;
  }

  /** Returns the iterates, on the manager of a step. */
  NDArray images(NDManager step) {
    return images.on(step);
  }

  /** Returns the best iterates of the runs under way, where they are kept. */
  NDArray best() {
    return best.values();
  }

  /** Returns the largest merit of the run in a slot, where best iterates are kept. */
  float bestMerit(int slot) {
    return bestMerit[slot];
  }

  /** Tells whether this pass found the best iterate of the run so far. */
  boolean improved(int slot) {
    return improved[slot];
  }

  /** Returns the budget around the clean images. */
  public Ball ball() {
    return Ball.of(task.norm(), task.epsilon(), centers.stream().map(SlotArray::values).toList());
  }

  // --- The loop ---------------------------------------------------------------------------------

  private void run() {
    int[] fresh = IntStream.range(0, Math.min(rows, task.size())).toArray();
    while (fresh.length > 0) {
      for (int slot : fresh) {
        item[slot] = next++;
      }
      begin(fresh, true);
      fresh = untilSomebodyLeaves();
    }
  }

  /** Takes steps until at least one slot is free and a query is waiting, or all are done. */
  private int[] untilSomebodyLeaves() {
    try (NDManager bindings = batch.newSubManager()) {
      BatchObjective objective = task.objective().bind(item, bindings);
      BatchObjective stop = task.stop() == null ? null : task.stop().bind(item, bindings);
      while (Arrays.stream(item).anyMatch(i -> i != FREE)) {
        boolean[] leaves = step(objective, stop);
        int[] free =
            IntStream.range(0, rows)
                .filter(slot -> leaves[slot])
                .limit(task.size() - next)
                .toArray();
        if (free.length > 0) {
          return free;
        }
      }
      return new int[0];
    }
  }

  /** One pass over the batch; returns which slots have become free. */
  private boolean[] step(BatchObjective objective, BatchObjective stop) {
    boolean[] leaves = new boolean[rows];
    // One manager per step: temporaries of a step never outlive it.
    try (NDManager step = batch.newSubManager()) {
      NDArray points = rule.points(this, step);
      float[][] broke = new float[1][];
      InputGradient g =
          task.model()
              .gradient(
                  points,
                  e -> {
                    if (stop != null) {
                      broke[0] = stop.loss(e.stopGradient()).toFloatArray();
                    }
                    return objective.loss(e);
                  });
      float[] loss = g.loss().toFloatArray();
      boolean[] stays = new boolean[rows];
      for (int slot = 0; slot < rows; slot++) {
        if (item[slot] == FREE) {
          continue;
        }
        looked[slot]++;
        stays[slot] = pass[slot] > 0 && losses[slot][pass[slot] - 1] == loss[slot];
        losses[slot][pass[slot]] = loss[slot];
        if (stop != null
            && rule.evaluatesFeasiblePoints()
            && broken[slot] == null
            && broke[0][slot] > AttackTask.BROKEN) {
          broken[slot] = SlotArray.row(points, slot);
          leaves[slot] = task.earlyExit();
        }
      }
      judge(points, loss);
      for (int slot = 0; slot < rows; slot++) {
        leaves[slot] |= item[slot] != FREE && task.earlyExit() && rule.settled(this, slot);
      }
      NDArray from = images.values();
      boolean moving = false;
      for (int slot = 0; slot < rows; slot++) {
        moving |= item[slot] != FREE && !leaves[slot] && pass[slot] < moves;
      }
      NDArray to = moving ? rule.move(this, points, g.gradient(), loss) : null;
      List<Integer> again = new ArrayList<>();
      for (int slot = 0; slot < rows; slot++) {
        if (item[slot] == FREE) {
          continue;
        }
        if (!leaves[slot]) {
          if (pass[slot] < moves) {
            moved[slot]++;
            if (stays[slot] && settledDown(from, to, slot)) {
              Arrays.fill(losses[slot], pass[slot], passes, loss[slot]);
              pass[slot] = passes - 1;
              judgeLast(slot, loss[slot], from);
            }
          }
          pass[slot]++;
          if (pass[slot] == passes) {
            compareRuns(slot);
            leaves[slot] = restart[slot] == rule.restarts() - 1;
            if (!leaves[slot]) {
              again.add(slot);
            }
          }
        } else {
          compareRuns(slot);
        }
        if (leaves[slot]) {
          finish(slot, to);
        }
      }
      if (to != null) {
        images.replace(to);
      }
      if (!again.isEmpty()) {
        int[] slots = again.stream().mapToInt(Integer::intValue).toArray();
        for (int slot : slots) {
          restart[slot]++;
        }
        begin(slots, false);
      }
    }
    return leaves;
  }

  /** Whether a move left a row where it was, so that nothing will change any more. */
  private boolean settledDown(NDArray from, NDArray to, int slot) {
    return task.earlyExit() && rule.memoryless() && SlotArray.sameRow(from, to, slot);
  }

  /** Keeps the iterates that are better than what was kept. */
  private void judge(NDArray points, float[] loss) {
    if (best == null) {
      return;
    }
    float[] merit = rule.merit(this, points, loss);
    boolean any = false;
    for (int slot = 0; slot < rows; slot++) {
      improved[slot] =
          item[slot] != FREE
              && (rule.keepsBest() || pass[slot] == moves)
              && merit[slot] > bestMerit[slot];
      any |= improved[slot];
    }
    if (!any) {
      return;
    }
    for (int slot = 0; slot < rows; slot++) {
      if (improved[slot]) {
        bestMerit[slot] = merit[slot];
      }
    }
    best.take(improved, points);
  }

  private void judgeLast(int slot, float loss, NDArray from) {
    if (best != null && !rule.keepsBest() && loss > bestMerit[slot]) {
      bestMerit[slot] = loss;
      boolean[] only = new boolean[rows];
      only[slot] = true;
      best.take(only, from);
    }
  }

  /** Keeps what a run found if it is better than what earlier ones found. */
  private void compareRuns(int slot) {
    if (result != best && bestMerit[slot] > resultMerit[slot]) {
      resultMerit[slot] = bestMerit[slot];
      boolean[] only = new boolean[rows];
      only[slot] = true;
      result.take(only, best.values());
    }
  }

  private void finish(int slot, NDArray images) {
    float[] image = broken[slot];
    if (image == null) {
      image = SlotArray.row(result == null ? images : result.values(), slot);
    }
    if (task.norm() == Norm.L2) {
      L2Ball.settle(image, task.image(item[slot]), task.epsilon());
    }
    float[] seen = Arrays.copyOf(losses[slot], Math.min(pass[slot] + 1, passes));
    done.accept(new Perturbed(item[slot], image, seen, moved[slot], looked[slot], looked[slot]));
    item[slot] = FREE;
  }

  // --- Starts -----------------------------------------------------------------------------------

  /** Puts slots at the start of a run. */
  private void begin(int[] slots, boolean newQuery) {
    int values = task.values();
    float[] clean = new float[slots.length * values];
    for (int i = 0; i < slots.length; i++) {
      int slot = slots[i];
      task.pixels().read(item[slot], clean, i * values);
      pass[slot] = 0;
      if (newQuery) {
        restart[slot] = 0;
        moved[slot] = 0;
        looked[slot] = 0;
        resultMerit[slot] = Float.NEGATIVE_INFINITY;
        broken[slot] = null;
      }
      bestMerit[slot] = Float.NEGATIVE_INFINITY;
    }
    try (NDManager temporary = batch.newSubManager()) {
      NDArray center = HostToDevice.array(clean, task.shape(slots.length), temporary);
      Ball ball = Ball.around(task.norm(), task.epsilon(), center, temporary);
      float[] starts = starts(slots, clean, ball);
      // Clean images are within every budget, and here already: no second copy from Java.
      NDArray start =
          Arrays.equals(starts, clean)
              ? center.duplicate()
              : ball.project(HostToDevice.array(starts, center.getShape(), temporary));
      if (newQuery) {
        putBall(slots, ball);
        if (result != best) {
          result.put(slots, start.duplicate());
        }
      }
      if (best != null) {
        best.put(slots, start.duplicate());
      }
      images.put(slots, start);
      rule.begin(this, slots, center);
    }
  }

  private void putBall(int[] slots, Ball ball) {
    List<NDArray> arrays = ball.arrays();
    if (centers.isEmpty()) {
      arrays.forEach(a -> centers.add(new SlotArray(rows, batch)));
    }
    for (int i = 0; i < arrays.size(); i++) {
      centers.get(i).put(slots, arrays.get(i));
    }
  }

  private float[] starts(int[] slots, float[] clean, Ball ball) {
    float[] starts = new float[clean.length];
    for (int i = 0; i < slots.length; i++) {
      rule.start(this, slots[i], ball, starts, i * task.values());
    }
    for (int p = 0; p < starts.length; p++) {
      starts[p] += clean[p];
    }
    return starts;
  }
}
