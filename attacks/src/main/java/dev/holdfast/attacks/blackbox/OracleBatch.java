package dev.holdfast.attacks.blackbox;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.BatchObjective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.models.engine.HostToDevice;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Streams inquiries through the rows of one native batch, forward passes only. Each row is a slot
 * with an inquiry of its own; one that is over leaves, and the next image takes its slot. Every
 * image that is shown is counted.
 */
public final class OracleBatch {

  private final AttackTask task;
  private final IntFunction<OracleSearch> inquiries;
  private final Consumer<Perturbed> done;
  private final OracleSearch[] inquiry;
  private final int[] item;
  private final int[] forwards;
  private final float[][] broken;
  private final float[] pixels;
  private int next;

  private OracleBatch(
      AttackTask task, IntFunction<OracleSearch> inquiries, Consumer<Perturbed> done, int rows) {
    this.task = task;
    this.inquiries = inquiries;
    this.done = done;
    this.inquiry = new OracleSearch[rows];
    this.item = new int[rows];
    this.forwards = new int[rows];
    this.broken = new float[rows][];
    this.pixels = new float[rows * task.values()];
    Arrays.fill(item, -1);
  }

  /**
   * Attacks all images of a task.
   *
   * @param inquiries begins one by the index of its item
   */
  public static void run(
      AttackTask task, IntFunction<OracleSearch> inquiries, Consumer<Perturbed> done) {
    if (task.epsilon() == 0) {
      task.leaveAll(done);
      return;
    }
    new OracleBatch(task, inquiries, done, task.batchSize()).run();
  }

  private void run() {
    try (NDManager manager = task.model().manager().newSubManager()) {
      while (fill()) {
        try (NDManager bindings = manager.newSubManager()) {
          BatchObjective objective = task.objective().bind(item, bindings);
          BatchObjective stop = task.stop() == null ? null : task.stop().bind(item, bindings);
          boolean left = false;
          while (!left) {
            left = ask(objective, stop, bindings);
          }
        }
      }
    }
  }

  /** Puts waiting items into free slots; returns whether somebody is there. */
  private boolean fill() {
    int first = next;
    int[] free = IntStream.range(0, item.length).filter(s -> item[s] < 0).toArray();
    for (int slot : free) {
      if (next < task.size()) {
        item[slot] = next++;
      }
    }
    Arrays.stream(free)
        .parallel()
        .filter(slot -> item[slot] >= first)
        .forEach(
            slot -> {
              inquiry[slot] = inquiries.apply(item[slot]);
              forwards[slot] = 0;
              broken[slot] = null;
            });
    return Arrays.stream(item).anyMatch(i -> i >= 0);
  }

  /** Shows one image of each slot; returns whether somebody left. */
  private boolean ask(BatchObjective objective, BatchObjective stop, NDManager bindings) {
    int values = task.values();
    int[] taken = IntStream.range(0, item.length).filter(s -> item[s] >= 0).toArray();
    Arrays.stream(taken).parallel().forEach(slot -> inquiry[slot].ask(pixels, slot * values));
    float[] losses;
    float[] margins;
    try (NDManager step = bindings.newSubManager()) {
      NDArray embeddings =
          task.model().embed(HostToDevice.array(pixels, task.shape(item.length), step));
      losses = objective.loss(embeddings).toFloatArray();
      margins = stop == null ? null : stop.loss(embeddings).toFloatArray();
    }
    boolean[] leaves = new boolean[item.length];
    for (int slot : taken) {
      forwards[slot]++;
      if (margins != null
          && broken[slot] == null
          && margins[slot] > AttackTask.BROKEN
          && inquiry[slot].allowed()) {
        broken[slot] = Arrays.copyOfRange(pixels, slot * values, (slot + 1) * values);
        leaves[slot] = task.earlyExit();
      }
    }
    Arrays.stream(taken)
        .parallel()
        .forEach(
            slot -> {
              float loss = losses[slot];
              inquiry[slot].tell(Float.isNaN(loss) ? Float.NEGATIVE_INFINITY : loss);
            });
    boolean left = false;
    for (int slot : taken) {
      if (leaves[slot] || inquiry[slot].over()) {
        finish(slot);
        left = true;
      }
    }
    return left;
  }

  private void finish(int slot) {
    OracleSearch over = inquiry[slot];
    float[] image = broken[slot] != null ? broken[slot] : over.image();
    done.accept(new Perturbed(item[slot], image, over.losses(), over.steps(), forwards[slot], 0));
    inquiry[slot] = null;
    item[slot] = -1;
  }
}
