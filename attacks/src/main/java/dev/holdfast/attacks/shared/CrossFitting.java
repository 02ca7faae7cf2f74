package dev.holdfast.attacks.shared;

import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.BatchObjective;
import dev.holdfast.attacks.objective.CellObjective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.engine.HostToDevice;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Cross-fitting of shared perturbations: learns them from images that are not under attack. Every
 * image belongs to one of two halves, by seed and id; what one half is attacked with was learnt
 * from the other half of the pool alone. So no image meets what it helped to learn, also where
 * every image of the pool is under attack, and what is learnt does not depend on which images are.
 *
 * <p>Ascends the mean objective over a few images at a time, along a momentum of gradients, each
 * divided by its mean absolute value.
 *
 * @param owner what to name in errors
 * @param steps of learning
 * @param images of each half to learn from, at most
 * @param batch images in one step
 * @param decay of the momentum
 */
public record CrossFitting(String owner, int steps, int images, int batch, double decay) {

  /**
   * What was learnt from a half.
   *
   * @param means mean objective before each step
   * @param passes forward passes, each with a backward pass
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Learnt(float[] values, float[] means, long passes) {}

  /** Puts what was learnt into an image. */
  @FunctionalInterface
  public interface Use {
    /**
     * @param item under attack
     * @param image clean; perturbed when this returns
     */
    void put(int item, float[] values, float[] image);
  }

  /** Learns from the pool of a task and attacks all of its images. */
  public void run(AttackTask task, SharedPerturbation insert, Use use, Consumer<Perturbed> done) {
    if (task.epsilon() == 0) {
      task.leaveAll(done);
      return;
    }
    long[] ids = task.clean().ids();
    Learnt[] learnt = new Learnt[2];
    int[] sharers = new int[2];
    for (long id : ids) {
      sharers[half(task, id)]++;
    }
    for (int half = 0; half < 2; half++) {
      if (sharers[half] > 0) {
        learnt[half] = learn(task, insert, 1 - half);
      }
    }
    for (int item = 0; item < ids.length; item++) {
      int half = half(task, ids[item]);
      float[] image = task.image(item);
      use.put(item, learnt[half].values(), image);
      // Its share of what learning cost.
      int share = (int) ((learnt[half].passes() + sharers[half] - 1) / sharers[half]);
      done.accept(new Perturbed(item, image, learnt[half].means(), steps, share, share));
    }
  }

  private static int half(AttackTask task, long id) {
    return CounterRng.of(task.seed(), "half", id).nextLong() < 0 ? 0 : 1;
  }

  /** Returns images of a half of the pool, in an order that is seeded. */
  private int[] learners(AttackTask task, int half) {
    EmbeddingSet pool = task.pool() == null ? null : task.pool().clean();
    Map<Long, Integer> sizes = new HashMap<>();
    for (int i = 0; pool != null && i < pool.size(); i++) {
      sizes.merge(pool.labels()[i], 1, Integer::sum);
    }
    // An image alone in its class is found by nobody.
    int[] found =
        IntStream.range(0, pool == null ? 0 : pool.size())
            .filter(i -> half(task, pool.ids()[i]) == half && sizes.get(pool.labels()[i]) > 1)
            .boxed()
            .sorted(byKey(task, "learners", pool))
            .limit(images)
            .mapToInt(Integer::intValue)
            .toArray();
    if (found.length == 0) {
      throw new InputException(
          "The gallery must have images for the %s to learn from, in both halves that it is divided into, of classes with two images.%nMaybe use more images."
              .formatted(owner));
    }
    return found;
  }

  private static Comparator<Integer> byKey(AttackTask task, String purpose, EmbeddingSet of) {
    long key = CounterRng.of(task.seed(), task.cell() + "/" + purpose, 0).nextLong();
    return (a, b) ->
        Long.compareUnsigned(
            CounterRng.order(key, of.ids()[a]), CounterRng.order(key, of.ids()[b]));
  }

  private Learnt learn(AttackTask task, SharedPerturbation insert, int half) {
    int[] learners = learners(task, half);
    EmbeddingSet clean = task.pool().clean().select(learners);
    CellObjective aim = task.pool().aims().apply(clean);
    float[] values = insert.start(CounterRng.of(task.seed(), task.cell() + "/learn", half));
    double[] momentum = new double[values.length];
    float[] means = new float[steps];
    int size = Math.min(batch, learners.length);
    int[] order = new int[0];
    int next = 0;
    int round = 0;
    try (NDManager manager = task.model().manager().newSubManager()) {
      for (int step = 0; step < steps; step++) {
        if (next + size > order.length) {
          order =
              IntStream.range(0, learners.length)
                  .boxed()
                  .sorted(byKey(task, "round/" + round++, clean))
                  .mapToInt(Integer::intValue)
                  .toArray();
          next = 0;
        }
        int[] chosen = Arrays.copyOfRange(order, next, next + size);
        next += size;
        double[] sum = new double[values.length];
        means[step] =
            gradient(task, insert, aim, clean, learners, chosen, step, values, sum, manager);
        if (advance(momentum, sum)) {
          insert.step(values, momentum);
        }
      }
    }
    return new Learnt(values, means, (long) steps * size);
  }

  /** Adds up the gradients of some images; returns the mean objective. */
  private static float gradient(
      AttackTask task,
      SharedPerturbation insert,
      CellObjective aim,
      EmbeddingSet clean,
      int[] learners,
      int[] chosen,
      int step,
      float[] values,
      double[] sum,
      NDManager manager) {
    int rows = task.batchSize();
    int length = task.values();
    double total = 0;
    int counted = 0;
    for (int start = 0; start < chosen.length; start += rows) {
      int count = Math.min(rows, chosen.length - start);
      int[] items = new int[rows];
      Arrays.fill(items, -1);
      SharedPerturbation.Placement[] ways = new SharedPerturbation.Placement[count];
      float[] pixels = new float[rows * length];
      for (int row = 0; row < count; row++) {
        items[row] = chosen[start + row];
        ways[row] =
            insert.draw(
                CounterRng.of(task.seed(), task.cell() + "/way/" + step, clean.ids()[items[row]]));
        task.pool().pixels().read(learners[items[row]], pixels, row * length);
        ways[row].put(values, pixels, row * length);
      }
      try (NDManager pass = manager.newSubManager()) {
        BatchObjective objective = aim.bind(items, pass);
        InputGradient found =
            task.model()
                .gradient(HostToDevice.array(pixels, task.shape(rows), pass), objective::loss);
        float[] losses = found.loss().toFloatArray();
        float[] gradient = found.gradient().toFloatArray();
        for (int row = 0; row < count; row++) {
          if (Float.isFinite(losses[row]) && finite(gradient, row * length, length)) {
            total += losses[row];
            counted++;
            ways[row].pull(values, gradient, pixels, row * length, sum);
          }
        }
      }
    }
    return counted == 0 ? 0 : (float) (total / counted);
  }

  private static boolean finite(float[] values, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (!Float.isFinite(values[i])) {
        return false;
      }
    }
    return true;
  }

  /** Adds a gradient to the momentum; returns whether it leads anywhere. */
  private boolean advance(double[] momentum, double[] sum) {
    double mean = 0;
    for (double value : sum) {
      mean += Math.abs(value) / sum.length;
    }
    double largest = 0;
    for (int i = 0; i < sum.length; i++) {
      momentum[i] = decay * momentum[i] + (mean > 0 ? sum[i] / mean : 0);
      largest = Math.max(largest, Math.abs(momentum[i]));
    }
    return largest > 0;
  }
}
