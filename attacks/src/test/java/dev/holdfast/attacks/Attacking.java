package dev.holdfast.attacks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.BatchObjective;
import dev.holdfast.attacks.objective.CellObjective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What tests of attacks share. */
final class Attacking {

  private Attacking() {}

  /** What an attack made of all images. */
  @SuppressWarnings("ArrayRecordComponent")
  record Result(float[] images, Perturbed[] each) {

    /** Returns the images as a batch. */
    NDArray batch(AttackTask task, NDManager manager) {
      return manager.create(images, task.shape(each.length));
    }
  }

  /** Runs an attack, and checks that every image is handed over once. */
  static Result run(Attack attack, AttackTask task) {
    return run(done -> attack.perturb(task, done), task);
  }

  static Result run(Consumer<Consumer<Perturbed>> attack, AttackTask task) {
    Perturbed[] each = new Perturbed[task.size()];
    float[] images = new float[task.size() * task.values()];
    attack.accept(
        p -> {
          if (each[p.item()] != null) {
            throw new AssertionError("item " + p.item() + " was handed over twice");
          }
          each[p.item()] = p;
          System.arraycopy(p.image(), 0, images, p.item() * task.values(), task.values());
        });
    if (Arrays.asList(each).contains(null)) {
      throw new AssertionError("an item was never handed over");
    }
    return new Result(images, each);
  }

  /** Returns an aim that is the same for every item. */
  static CellObjective aim(int items, BatchObjective loss) {
    return new CellObjective() {
      @Override
      public int[][] chosen() {
        return new int[items][0];
      }

      @Override
      public BatchObjective bind(int[] rows, NDManager manager) {
        return loss;
      }
    };
  }

  /** Returns a task with its losses watched, those of its pool as well. */
  static AttackTask watched(AttackTask task, UnaryOperator<BatchObjective> watch) {
    AttackTask watched = with(task, watched(task.objective(), watch));
    AttackTask.AuxiliaryImages pool = task.pool();
    return pool == null
        ? watched
        : with(
            watched,
            new AttackTask.AuxiliaryImages(
                pool.clean(), pool.pixels(), items -> watched(pool.aims().apply(items), watch)));
  }

  private static CellObjective watched(CellObjective inner, UnaryOperator<BatchObjective> watch) {
    return new CellObjective() {
      @Override
      public int[][] chosen() {
        return inner.chosen();
      }

      @Override
      public BatchObjective bind(int[] items, NDManager manager) {
        return watch.apply(inner.bind(items, manager));
      }
    };
  }

  static AttackTask with(AttackTask task, AttackTask.AuxiliaryImages pool) {
    return with(task, task.model(), task.objective(), pool);
  }

  static AttackTask with(AttackTask task, CellObjective objective) {
    return with(task, task.model(), objective, task.pool());
  }

  static AttackTask with(AttackTask task, EmbeddingModel model) {
    return with(task, model, task.objective(), task.pool());
  }

  private static AttackTask with(
      AttackTask task,
      EmbeddingModel model,
      CellObjective objective,
      AttackTask.AuxiliaryImages pool) {
    return new AttackTask(
        model,
        task.clean(),
        task.pixels(),
        objective,
        task.hasZeroGradientAtClean(),
        task.stop(),
        task.norm(),
        task.epsilon(),
        task.seed(),
        task.cell(),
        task.batchSize(),
        task.earlyExit(),
        pool);
  }

  /** Returns a source of the images of a batch. */
  static AttackTask.PixelSource pixels(float[] images, EmbeddingSet clean) {
    int values = images.length / clean.size();
    return (item, target, offset) ->
        System.arraycopy(images, item * values, target, offset, values);
  }
}
