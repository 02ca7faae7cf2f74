package dev.holdfast.harness.audit.cell;

import dev.holdfast.attacks.objective.CellObjective;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.harness.outcome.PerturbationResult;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.CorruptionCell;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.harness.runtime.ReorderBuffer;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Vectors;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Perturbs images as a cell says, and embeds them. */
public final class Perturber {

  private final EmbeddingModel model;
  private final ImageBatches images;
  private final AttackerModel attacker;
  private final int[] gallery;
  private final long seed;
  private final boolean earlyExit;

  /**
   * @param model the candidate
   * @param attacker whose model perturbations are made for
   * @param gallery items of the gallery, which an attacker has as well
   */
  Perturber(
      EmbeddingModel model,
      ImageBatches images,
      AttackerModel attacker,
      int[] gallery,
      long seed,
      boolean earlyExit) {
    this.model = model;
    this.images = images;
    this.attacker = attacker;
    this.gallery = gallery;
    this.seed = seed;
    this.earlyExit = earlyExit;
  }

  /** Hears of each batch. */
  @FunctionalInterface
  public interface Listener {
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
   * @param clean their clean embeddings by the candidate
   * @throws IOException if the listener cannot write
   */
  public PerturbationResult perturb(Cell cell, int[] items, EmbeddingSet clean, Listener listener)
      throws IOException {
    Gathered gathered = new Gathered(cell, items.length, clean, listener);
    if (cell instanceof AttackCell attack) {
      EmbeddingSet seen = attacker.embeddings().select(items);
      CellObjective aim = attack.objective().aim(attacker.galleryView(), seen);
      attack(attack, aim, items, seen, gathered);
      boolean reports = attack.side() == Side.QUERY || attack.objective().attacksGalleryItems();
      // What a surrogate aims at lies among its own embeddings.
      boolean own = attack.threat().surrogate() == null;
      return gathered.all(reports && own && attack.stop() == null ? aim : null);
    } else {
      for (int start = 0; start < items.length; start += images.batchSize()) {
        int[] batch =
            Arrays.copyOfRange(items, start, Math.min(items.length, start + images.batchSize()));
        gathered.batch(
            batch.length,
            images.clean(batch),
            images.corrupted(batch, (CorruptionCell) cell, seed));
      }
    }
    return gathered.all(null);
  }

  private void attack(
      AttackCell cell, CellObjective aim, int[] items, EmbeddingSet clean, Gathered gathered)
      throws IOException {
    GalleryView galleryView = attacker.galleryView();
    AttackTask task =
        new AttackTask(
            attacker.model(),
            clean,
            (item, target, offset) -> images.clean(items[item], target, offset),
            aim,
            cell.objective().hasZeroGradientAtClean(),
            cell.stop() == null ? null : new Margin(cell.stop()).aim(galleryView, clean),
            cell.threat().norm(),
            cell.threat().epsilon().value(),
            seed,
            cell.id(),
            images.batchSize(),
            earlyExit,
            new AttackTask.AuxiliaryImages(
                attacker.gallery(),
                (item, target, offset) -> images.clean(gallery[item], target, offset),
                some -> cell.objective().aim(galleryView, some)));
    List<Perturbed> batch = new ArrayList<>();
    try (ReorderBuffer inOrder =
        new ReorderBuffer(
            images.values(),
            perturbed -> {
              batch.add(perturbed);
              if (batch.size() == images.batchSize() || perturbed.item() == items.length - 1) {
                gathered.attacked(batch, items);
                batch.clear();
              }
            })) {
      cell.attack().perturb(task, inOrder);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Embeds and measures perturbed images, batch by batch in the order of the items. */
  private final class Gathered {

    private final Cell cell;
    private final EmbeddingSet clean;
    private final Listener listener;
    private final PerturbationResult set;
    private final double[] losses;
    private int overBudget;
    private int start;

    Gathered(Cell cell, int n, EmbeddingSet clean, Listener listener) {
      this.cell = cell;
      this.clean = clean;
      this.listener = listener;
      this.set =
          PerturbationResult.untouched(
              clean.with(new float[n * clean.dimension()]), new boolean[n]);
      this.losses = new double[n];
    }

    void attacked(List<Perturbed> batch, int[] items) {
      int values = images.values();
      float[] after = new float[images.batchSize() * values];
      int[] rows = new int[batch.size()];
      for (int i = 0; i < rows.length; i++) {
        Perturbed perturbed = batch.get(i);
        System.arraycopy(perturbed.image(), 0, after, i * values, values);
        rows[i] = items[perturbed.item()];
        set.steps()[start + i] = perturbed.steps();
        set.forwards()[start + i] = perturbed.forwards();
        set.backwards()[start + i] = perturbed.backwards();
        int taken = perturbed.losses().length;
        losses[start + i] = taken == 0 ? 0 : perturbed.losses()[taken - 1];
      }
      try {
        batch(rows.length, images.clean(rows), after);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Takes a padded batch. */
    void batch(int count, float[] before, float[] after) throws IOException {
      int dimension = clean.dimension();
      Distance distance = model.card().embedding().metric();
      float[] embedded = images.embed(after);
      float[] embeddings = set.embeddings().values();
      for (int i = start; i < start + count; i++) {
        int row = i - start;
        boolean finite = copyIfFinite(embedded, row, embeddings, i, dimension);
        set.finite()[i] = finite;
        set.distanceMoved()[i] =
            finite ? distance(distance, clean, embeddings, i, dimension) : Double.NaN;
        int from = row * images.values();
        boolean inRange = true;
        for (int p = from; p < from + images.values(); p++) {
          inRange &= after[p] >= 0 && after[p] <= 1;
        }
        set.linf()[i] = length(Norm.LINF, before, after, from);
        set.l2()[i] = length(Norm.L2, before, after, from);
        if (!inRange
            || (cell instanceof AttackCell a && outside(a.threat(), before, after, from))) {
          overBudget++;
        }
        set.forwards()[i]++;
      }
      listener.batch(start, count, before, after);
      start += count;
    }

    /**
     * Returns everything.
     *
     * @param aim of the attack, where what it reports is asked for; else null
     */
    PerturbationResult all(CellObjective aim) {
      Map<String, double[]> before = Map.of();
      Map<String, double[]> after = Map.of();
      if (aim != null) {
        before = aim.measures(clean, new double[losses.length]);
        after = aim.measures(clean.with(nowhereIfNotFinite()), losses);
      }
      return set.concluded(overBudget, before, after);
    }

    private float[] nowhereIfNotFinite() {
      float[] values = set.embeddings().values().clone();
      for (int i = 0; i < set.finite().length; i++) {
        if (!set.finite()[i]) {
          Arrays.fill(values, i * clean.dimension(), (i + 1) * clean.dimension(), Float.NaN);
        }
      }
      return values;
    }
  }

  private boolean outside(ThreatModel threat, float[] before, float[] after, int from) {
    return length(threat.norm(), before, after, from) > threat.epsilon().value();
  }

  private double length(Norm norm, float[] before, float[] after, int from) {
    int channels = (int) images.batchShape().get(1);
    return norm.length(after, from, before, from, channels, images.values() / channels);
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

  /**
   * Returns how far an embedding has moved; under the inner product, embeddings move as they are.
   */
  private static double distance(
      Distance distance, EmbeddingSet clean, float[] embeddings, int i, int dimension) {
    Distance moved = distance.isDistance() ? distance : Distance.EUCLIDEAN;
    int from = i * dimension;
    return Vectors.distance(moved, clean.values(), from, embeddings, from, dimension);
  }
}
