package dev.holdfast.harness.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.AttackTask;
import dev.holdfast.attacks.Perturbed;
import dev.holdfast.attacks.objective.BoundObjective;
import dev.holdfast.attacks.objective.Surroundings;
import dev.holdfast.attacks.threat.Norm;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.CorruptionCell;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;
import java.io.IOException;
import java.util.Arrays;

/** Perturbs images as a cell says, and embeds them. */
final class Perturber {

  private final EmbeddingModel model;
  private final Images images;
  private final Surroundings surroundings;
  private final long seed;
  private final boolean earlyExit;

  Perturber(
      EmbeddingModel model,
      Images images,
      Surroundings surroundings,
      long seed,
      boolean earlyExit) {
    this.model = model;
    this.images = images;
    this.surroundings = surroundings;
    this.seed = seed;
    this.earlyExit = earlyExit;
  }

  /** Hears of each batch. */
  @FunctionalInterface
  interface Listener {
    /**
     * @param start index of the first item of the batch
     * @param count items in the batch
     * @param clean pixels, padded
     * @param perturbed pixels, padded
     */
    void batch(int start, int count, float[] clean, float[] perturbed) throws IOException;
  }

  /**
   * Perturbs items.
   *
   * @param items indices of images
   * @param clean their clean embeddings
   * @throws IOException if the listener cannot write
   */
  PerturbedSet perturb(Cell cell, int[] items, EmbeddingSet clean, Listener listener)
      throws IOException {
    int n = items.length;
    int dimension = clean.dimension();
    float[] embeddings = new float[n * dimension];
    boolean[] finite = new boolean[n];
    double[] moved = new double[n];
    double[] linf = new double[n];
    double[] l2 = new double[n];
    int[] steps = new int[n];
    int[] forwards = new int[n];
    int[] backwards = new int[n];
    int overBudget = 0;
    Distance distance = model.card().embedding().metric();
    for (int start = 0; start < n; start += images.batchSize()) {
      int end = Math.min(n, start + images.batchSize());
      int[] batch = Arrays.copyOfRange(items, start, end);
      int[] rows = java.util.stream.IntStream.range(start, end).toArray();
      float[] before = images.clean(batch);
      float[] after;
      float[] embedded;
      int batchSteps = 0;
      int batchForwards = 1;
      int batchBackwards = 0;
      if (cell instanceof AttackCell attack) {
        try (NDManager manager = model.manager().newSubManager()) {
          NDArray pixels = manager.create(before, images.batchShape());
          Perturbed perturbed = attack(attack, pixels, clean.select(rows), manager);
          after = perturbed.images().toFloatArray();
          embedded = images.embed(perturbed.images());
          batchSteps = perturbed.steps();
          batchForwards += perturbed.forwards();
          batchBackwards += perturbed.backwards();
        }
      } else {
        after = images.corrupted(batch, (CorruptionCell) cell, seed);
        embedded = images.embed(after);
      }
      for (int i = start; i < end; i++) {
        int row = i - start;
        finite[i] = copyIfFinite(embedded, row, embeddings, i, dimension);
        moved[i] = finite[i] ? distance(distance, clean, embeddings, i, dimension) : Double.NaN;
        double squares = 0;
        boolean inRange = true;
        for (int p = row * images.values(); p < (row + 1) * images.values(); p++) {
          double difference = (double) after[p] - before[p];
          linf[i] = Math.max(linf[i], Math.abs(difference));
          squares += difference * difference;
          inRange &= after[p] >= 0 && after[p] <= 1;
        }
        l2[i] = Math.sqrt(squares);
        if (!inRange || (cell instanceof AttackCell a && outside(a.threat(), linf[i], l2[i]))) {
          overBudget++;
        }
        steps[i] = batchSteps;
        forwards[i] = batchForwards;
        backwards[i] = batchBackwards;
      }
      listener.batch(start, end - start, before, after);
    }
    return new PerturbedSet(
        new EmbeddingSet(embeddings, dimension, clean.ids(), clean.labels()),
        finite,
        moved,
        linf,
        l2,
        steps,
        forwards,
        backwards,
        overBudget);
  }

  private Perturbed attack(AttackCell cell, NDArray pixels, EmbeddingSet clean, NDManager manager) {
    BoundObjective objective =
        cell.objective().bind(surroundings, clean, images.batchSize(), manager);
    return cell.attack()
        .perturb(
            new AttackTask(
                model,
                pixels,
                clean.ids(),
                objective,
                cell.objective().flatAtClean(),
                cell.threat().norm(),
                cell.threat().epsilon().value(),
                seed,
                cell.id(),
                earlyExit));
  }

  private static boolean outside(ThreatModel threat, double linf, double l2) {
    return (threat.norm() == Norm.LINF ? linf : l2) > threat.epsilon().value();
  }

  private static boolean copyIfFinite(
      float[] from, int row, float[] to, int target, int dimension) {
    for (int d = 0; d < dimension; d++) {
      if (!Float.isFinite(from[row * dimension + d])) {
        return false;
      }
    }
    System.arraycopy(from, row * dimension, to, target * dimension, dimension);
    return true;
  }

  private static double distance(
      Distance distance, EmbeddingSet clean, float[] embeddings, int i, int dimension) {
    double squares = 0;
    double dot = 0;
    double a2 = 0;
    double b2 = 0;
    for (int d = i * dimension; d < (i + 1) * dimension; d++) {
      double a = clean.values()[d];
      double b = embeddings[d];
      squares += (a - b) * (a - b);
      dot += a * b;
      a2 += a * a;
      b2 += b * b;
    }
    return switch (distance) {
      case EUCLIDEAN -> Math.sqrt(squares);
      case COSINE -> a2 == 0 || b2 == 0 ? 1 : Math.max(0, 1 - dot / Math.sqrt(a2 * b2));
    };
  }
}
