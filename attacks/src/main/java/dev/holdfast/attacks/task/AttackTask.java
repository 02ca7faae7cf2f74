package dev.holdfast.attacks.task;

import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.objective.CellObjective;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.image.InputSpec;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The images of one cell, to be perturbed in native batches of one fixed size.
 *
 * @param model the candidate
 * @param clean the items under attack: ids, labels and clean embeddings
 * @param pixels their clean pixels
 * @param objective what to maximize
 * @param hasZeroGradientAtClean whether its gradient vanishes at the clean images
 * @param stop positive where the number that is asked for is broken, so that an image may be left
 *     as it is from then on; null where every step is to be taken
 * @param norm of the budget
 * @param epsilon length of the budget, in pixel space
 * @param seed of the run
 * @param cell id of the cell, so that cells draw different random numbers
 * @param batchSize rows of a native batch
 * @param earlyExit whether images whose result is settled make room for others; results are the
 *     same
 * @param pool images that an attacker has beside the ones under attack; null for none
 */
public record AttackTask(
    EmbeddingModel model,
    EmbeddingSet clean,
    PixelSource pixels,
    CellObjective objective,
    boolean hasZeroGradientAtClean,
    CellObjective stop,
    Norm norm,
    double epsilon,
    long seed,
    String cell,
    int batchSize,
    boolean earlyExit,
    AuxiliaryImages pool) {

  /** A task without further images. */
  public AttackTask(
      EmbeddingModel model,
      EmbeddingSet clean,
      PixelSource pixels,
      CellObjective objective,
      boolean hasZeroGradientAtClean,
      CellObjective stop,
      Norm norm,
      double epsilon,
      long seed,
      String cell,
      int batchSize,
      boolean earlyExit) {
    this(
        model,
        clean,
        pixels,
        objective,
        hasZeroGradientAtClean,
        stop,
        norm,
        epsilon,
        seed,
        cell,
        batchSize,
        earlyExit,
        null);
  }

  /** A value above this is positive beyond the rounding of the engine's floats. */
  public static final float BROKEN = 1e-6f;

  /**
   * Images that an attacker has, such as those of the gallery.
   *
   * @param clean ids, labels and clean embeddings
   * @param pixels their clean pixels
   * @param aims what an attacker maximizes for some of them, were they under attack
   */
  public record AuxiliaryImages(
      EmbeddingSet clean, PixelSource pixels, Function<EmbeddingSet, CellObjective> aims) {}

  /** Gives the clean pixels of items. */
  @FunctionalInterface
  public interface PixelSource {
    /**
     * Copies an image.
     *
     * @param item index of the item in {@code clean}
     * @param target gets C x H x W values in [0,1]
     * @param offset where in {@code target}
     */
    void read(int item, float[] target, int offset);
  }

  /** Returns the number of images. */
  public int size() {
    return clean.size();
  }

  /** Returns the number of values in one image. */
  public int values() {
    return model.card().input().spec().values();
  }

  /** Returns the shape of some images. */
  public Shape shape(int rows) {
    InputSpec spec = model.card().input().spec();
    return new Shape(rows, spec.color().channels(), spec.height(), spec.width());
  }

  /** Returns a clean image. */
  public float[] image(int item) {
    float[] image = new float[values()];
    pixels.read(item, image, 0);
    return image;
  }

  /** Hands over every image as it is: all that a budget of 0 allows. */
  public void leaveAll(Consumer<Perturbed> done) {
    for (int item = 0; item < size(); item++) {
      done.accept(new Perturbed(item, image(item), new float[0], 0, 0, 0));
    }
  }
}
