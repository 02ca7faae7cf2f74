package dev.holdfast.attacks.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.BatchObjective;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.Gradients;
import dev.holdfast.attacks.projection.L2Ball;
import dev.holdfast.attacks.projection.RowScaling;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.HostToDevice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Streams the runs of successive halving through the rows of one native batch. Runs of a query
 * start in waves, so that few queries fill a batch; whether a query is broken is asked when all
 * runs of a wave are over, and of several that broke it the first in their order counts. So nothing
 * depends on the size of the batch or on who is in it.
 */
public final class Tournament {

  /**
   * Some runs of equal length.
   *
   * @param runs how many
   * @param steps of each
   */
  public record Round(int runs, int steps) {}

  /** Runs of a query that are under way together. */
  private static final int WAVE = 8;

  /** The first step of the first round, in parts of epsilon. */
  private static final double FIRST = 1;

  /** The last step of a round, in parts of its first. */
  private static final double LAST = 0.1;

  private static final double DECAY = 0.75;
  private static final int MOST_HALVINGS = 30;

  /** A query of whose margin more than this is left behind the first wave is given up. */
  private static final double HOPELESS = 0.75;

  /** The same behind the first round. */
  private static final double LOST = 0.4;

  /** A query of whose margin less than this is left behind the last round is attempted again. */
  private static final double[] NEARLY = {0.1, 0.03};

  private final AttackTask task;
  private final List<Round> rounds;
  private final Consumer<Perturbed> done;
  private final NDManager owner;
  private final int rows;
  private final SlotArray images;
  private final SlotArray best;
  private final SlotArray momentum;
  private final List<SlotArray> centers = new ArrayList<>();

  /** The run in each slot; null for none. */
  private final Run[] slots;

  /** Queries that are under way, in their order. */
  private final List<Query> active = new ArrayList<>();

  private int next;

  /** A query with what is known of its runs. */
  private static final class Query {
    private final int item;
    private final float[] clean;
    private int attempt;
    private int round;

    /** The objective at the clean image. */
    private float clear = Float.NaN;

    private Deque<Run> waiting = new ArrayDeque<>();
    private final List<Run> wave = new ArrayList<>();
    private final List<Run> over = new ArrayList<>();

    /** The best run of all attempts that are over. */
    private Run best;

    private float[] broken;
    private int moves;
    private int looks;

    Query(int item, float[] clean) {
      this.item = item;
      this.clean = clean;
    }
  }

  /** A run with where it is. */
  private static final class Run {
    private final Query query;
    private final int number;

    /** Which wrong item it aims at, from 1; 0 for whichever is nearest. */
    private final int rank;

    private int pass;
    private float merit = Float.NEGATIVE_INFINITY;
    private float[] losses;

    /** The best image behind a round, null where it has seen none. */
    private float[] image;

    /** The image that broke what was asked for. */
    private float[] broken;

    private boolean over;
    private boolean left;

    Run(Query query, int number, int rank) {
      this.query = query;
      this.number = number;
      this.rank = rank;
    }
  }

  private Tournament(
      AttackTask task, List<Round> rounds, NDManager owner, Consumer<Perturbed> done) {
    this.task = task;
    this.rounds = rounds;
    this.done = done;
    this.owner = owner;
    this.rows = task.batchSize();
    this.images = new SlotArray(rows, owner);
    this.best = new SlotArray(rows, owner);
    this.momentum = new SlotArray(rows, owner);
    this.slots = new Run[rows];
  }

  /** Attacks all queries of a task. */
  public static void run(AttackTask task, List<Round> rounds, Consumer<Perturbed> done) {
    if (task.epsilon() == 0) {
      task.leaveAll(done);
      return;
    }
    try (NDManager owner = task.model().manager().newSubManager()) {
      new Tournament(task, rounds, owner, done).run();
    }
  }

  private void run() {
    while (fill()) {
      try (NDManager bindings = owner.newSubManager()) {
        int[] items = new int[rows];
        int[] ranks = new int[rows];
        for (int slot = 0; slot < rows; slot++) {
          items[slot] = slots[slot] == null ? -1 : slots[slot].query.item;
          ranks[slot] = slots[slot] == null ? 0 : slots[slot].rank;
        }
        BatchObjective objective = task.objective().bind(items, ranks, bindings);
        BatchObjective stop = task.stop() == null ? null : task.stop().bind(items, bindings);
        boolean left = false;
        while (!left) {
          left = step(objective, stop);
        }
      }
    }
  }

  // --- Who is in which slot ---------------------------------------------------------------------

  /** Puts runs into free slots; returns whether any is under way. */
  private boolean fill() {
    List<Integer> free = new ArrayList<>();
    List<Run> fresh = new ArrayList<>();
    for (int slot = 0; slot < rows; slot++) {
      if (slots[slot] == null) {
        Run run = nextRun();
        if (run != null) {
          slots[slot] = run;
          free.add(slot);
          fresh.add(run);
        }
      }
    }
    if (!fresh.isEmpty()) {
      begin(free.stream().mapToInt(Integer::intValue).toArray(), fresh);
    }
    return Arrays.stream(slots).anyMatch(run -> run != null);
  }

  /** Returns a run that may start, of the first query that has one; null for none. */
  private Run nextRun() {
    for (Query query : active) {
      if (query.wave.size() < WAVE && !query.waiting.isEmpty()) {
        Run run = query.waiting.poll();
        query.wave.add(run);
        return run;
      }
    }
    if (next == task.size()) {
      return null;
    }
    Query query = new Query(next, task.image(next));
    next++;
    active.add(query);
    attempt(query);
    return nextRun();
  }

  /** Has all runs of the first round wait. */
  private void attempt(Query query) {
    query.round = 0;
    for (int number = 0; number < rounds.get(0).runs(); number++) {
      // Every other one aims at an item: the nearest first.
      query.waiting.add(new Run(query, number, number % 2 == 0 ? number / 2 + 1 : 0));
    }
  }

  /** Puts slots at the start of a round. */
  private void begin(int[] chosen, List<Run> runs) {
    int values = task.values();
    float[] clean = new float[chosen.length * values];
    float[] starts = new float[clean.length];
    try (NDManager temporary = owner.newSubManager()) {
      for (int i = 0; i < chosen.length; i++) {
        System.arraycopy(runs.get(i).query.clean, 0, clean, i * values, values);
      }
      NDArray center = HostToDevice.array(clean, task.shape(chosen.length), temporary);
      Ball ball = Ball.around(task.norm(), task.epsilon(), center, temporary);
      for (int i = 0; i < chosen.length; i++) {
        start(runs.get(i), ball, starts, i * values);
      }
      NDArray start = ball.project(HostToDevice.array(starts, center.getShape(), temporary));
      List<NDArray> arrays = ball.arrays();
      if (centers.isEmpty()) {
        arrays.forEach(a -> centers.add(new SlotArray(rows, owner)));
      }
      for (int i = 0; i < arrays.size(); i++) {
        centers.get(i).put(chosen, arrays.get(i));
      }
      momentum.put(chosen, start.zerosLike());
      best.put(chosen, start.duplicate());
      images.put(chosen, start);
    }
    for (Run run : runs) {
      run.pass = 0;
      run.merit = Float.NEGATIVE_INFINITY;
      run.losses = new float[steps(run) + 1];
      run.over = false;
      run.left = false;
    }
  }

  /** Where a run has been best; at first a random point of the budget, or the clean image. */
  private void start(Run run, Ball ball, float[] starts, int offset) {
    float[] clean = run.query.clean;
    if (run.image != null) {
      System.arraycopy(run.image, 0, starts, offset, clean.length);
      return;
    }
    boolean isFirst = run.number == 0 && run.query.attempt == 0;
    double radius = !isFirst ? 1 : task.hasZeroGradientAtClean() ? Ball.NUDGE : 0;
    if (radius > 0) {
      String stream =
          task.cell() + "/start" + (isFirst ? "" : "/" + run.query.attempt + "/" + run.number);
      CounterRng rng = CounterRng.of(task.seed(), stream, task.clean().ids()[run.query.item]);
      ball.fill(starts, offset, clean.length, radius * task.epsilon(), rng);
    }
    for (int p = 0; p < clean.length; p++) {
      starts[offset + p] += clean[p];
    }
  }

  /** Returns the number of steps of a run in its round: twice as many in each further attempt. */
  private int steps(Run run) {
    return rounds.get(run.query.round).steps() << run.query.attempt;
  }

  // --- Steps ------------------------------------------------------------------------------------

  /** One pass over the batch; returns whether a run is over. */
  private boolean step(BatchObjective objective, BatchObjective stop) {
    boolean left = false;
    // One manager per step: temporaries of a step never outlive it.
    try (NDManager step = owner.newSubManager()) {
      NDArray points = images.on(step);
      float[][] margins = new float[1][];
      InputGradient g =
          task.model()
              .gradient(
                  points,
                  e -> {
                    if (stop != null) {
                      margins[0] = stop.loss(e.stopGradient()).toFloatArray();
                    }
                    return objective.loss(e);
                  });
      look(points, g.loss().toFloatArray(), margins[0]);
      boolean moving = false;
      for (int slot = 0; slot < rows; slot++) {
        Run run = slots[slot];
        if (run != null && !run.over) {
          run.pass++;
          run.query.moves++;
          moving = true;
        }
      }
      if (moving) {
        images.replace(move(points, g.gradient()));
      }
      for (int slot = 0; slot < rows; slot++) {
        if (slots[slot] != null && slots[slot].over) {
          leave(slot);
          left = true;
        }
      }
    }
    return left;
  }

  /** Keeps what is better than before, and sees which runs are over. */
  private void look(NDArray points, float[] losses, float... margins) {
    boolean[] improved = new boolean[rows];
    for (int slot = 0; slot < rows; slot++) {
      Run run = slots[slot];
      if (run == null) {
        continue;
      }
      run.query.looks++;
      run.losses[run.pass] = losses[slot];
      if (run.pass == 0 && Float.isNaN(run.query.clear)) {
        run.query.clear = losses[slot];
      }
      improved[slot] = losses[slot] > run.merit;
      run.merit = improved[slot] ? losses[slot] : run.merit;
      run.over = run.pass == steps(run);
      if (margins != null && run.broken == null && margins[slot] > AttackTask.BROKEN) {
        run.broken = SlotArray.row(points, slot);
        run.over |= task.earlyExit();
      }
    }
    best.take(improved, points);
  }

  private NDArray move(NDArray points, NDArray gradient) {
    NDArray direction = Gradients.rows(Gradients.withoutHoles(gradient));
    double[] means = Gradients.means(direction);
    NDArray along =
        RowScaling.scale(direction, Gradients.factors(means, RowScaling.all(rows, 1)))
            .reshape(points.getShape());
    along.addi(momentum.on(points.getManager()).mul(DECAY));
    momentum.replace(along.duplicate());
    float[] lengths = new float[rows];
    for (int slot = 0; slot < rows; slot++) {
      lengths[slot] = slots[slot] == null ? 0 : length(slots[slot]);
    }
    Ball ball =
        Ball.of(task.norm(), task.epsilon(), centers.stream().map(SlotArray::values).toList());
    return ball.project(ball.step(points, along, lengths));
  }

  /** Returns the length of the step that a run takes now. */
  private float length(Run run) {
    double turn = Math.PI * (run.pass - 1) / steps(run);
    double share = LAST + (1 - LAST) * (1 + Math.cos(turn)) / 2;
    return (float)
        (task.epsilon() * FIRST * share / (1 << Math.min(run.query.round, MOST_HALVINGS)));
  }

  // --- Who goes on ------------------------------------------------------------------------------

  private void leave(int slot) {
    Run run = slots[slot];
    slots[slot] = null;
    run.left = true;
    if (run.merit > Float.NEGATIVE_INFINITY) {
      run.image = SlotArray.row(best.values(), slot);
    }
    Query query = run.query;
    query.over.add(run);
    boolean isWaveOver =
        query.wave.stream().allMatch(r -> r.left)
            && (query.wave.size() == WAVE || query.waiting.isEmpty());
    keepBest(query);
    if (isWaveOver) {
      conclude(query);
    }
  }

  /** Lets go of images that no further round needs. */
  private void keepBest(Query query) {
    query.over.sort(
        Comparator.comparingDouble((Run r) -> -r.merit).thenComparingInt(r -> r.number));
    boolean isLast = query.round == rounds.size() - 1;
    int kept = isLast ? 1 : rounds.get(query.round + 1).runs();
    if (query.over.size() > kept) {
      query.over.remove(kept);
    }
  }

  private void conclude(Query query) {
    if (query.broken == null) {
      query.broken =
          query.wave.stream()
              .filter(r -> r.broken != null)
              .min(Comparator.comparingInt(r -> r.number))
              .map(r -> r.broken)
              .orElse(null);
    }
    query.wave.clear();
    boolean isSettled = query.broken != null && task.earlyExit();
    double left = query.over.get(0).merit / query.clear;
    boolean isLost = query.round == 0 && left > (query.waiting.isEmpty() ? LOST : HOPELESS);
    if (!isSettled && !isLost && !query.waiting.isEmpty()) {
      return;
    }
    if (!isSettled && !isLost && query.round < rounds.size() - 1) {
      query.round++;
      query.over.sort(Comparator.comparingInt(r -> r.number));
      query.waiting.addAll(query.over);
      query.over.clear();
    } else if (!isSettled
        && query.attempt < NEARLY.length
        && left > 0
        && left < NEARLY[query.attempt]) {
      query.attempt++;
      query.best = better(query.best, query.over.remove(0));
      attempt(query);
    } else {
      query.best = better(query.best, query.over.get(0));
      finish(query);
    }
  }

  private static Run better(Run a, Run b) {
    return a == null || b.merit > a.merit ? b : a;
  }

  private void finish(Query query) {
    active.remove(query);
    Run best = query.best;
    float[] image =
        query.broken != null ? query.broken : best.image == null ? query.clean : best.image;
    if (task.norm() == Norm.L2) {
      L2Ball.settle(image, query.clean, task.epsilon());
    }
    float[] losses = Arrays.copyOf(best.losses, best.pass + 1);
    done.accept(new Perturbed(query.item, image, losses, query.moves, query.looks, query.looks));
  }
}
