package dev.holdfast.attacks.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.projection.Ball;

/**
 * How a gradient attack moves. One instance serves one cell; what it remembers of a query is kept
 * in the slot that the query is in, and forgotten in {@link #begin}.
 */
public interface UpdateRule {

  /** Returns the number of moves in one run. */
  int steps();

  /** Returns how often each query is attacked, from other starts. */
  default int restarts() {
    return 1;
  }

  /** Tells whether the first run starts at a random point of the budget. */
  default boolean randomStart() {
    return false;
  }

  /** Tells whether the result is the iterate with the largest {@link #merit}, or else the last. */
  default boolean keepsBest() {
    return false;
  }

  /**
   * Tells whether a move depends on nothing but the iterate, so that a point that is mapped to
   * itself is where all further moves stay.
   */
  default boolean memoryless() {
    return false;
  }

  /** Tells whether the gradient is taken at images that could be the result. */
  default boolean evaluatesFeasiblePoints() {
    return true;
  }

  /** Tells what iterates are compared by; NaN never wins. */
  default float[] merit(SlotScheduler slots, NDArray points, float[] losses) {
    return losses;
  }

  /** Tells whether nothing better can come for the query in a slot. */
  default boolean settled(SlotScheduler slots, int slot) {
    return false;
  }

  /**
   * Fills in the perturbation that a run starts with; zero is the clean image.
   *
   * @param ball of the images that begin a run
   */
  default void start(SlotScheduler slots, int slot, Ball ball, float[] perturbation, int offset) {
    boolean random = slots.restart(slot) > 0 || randomStart();
    double scale = random ? 1 : slots.task().hasZeroGradientAtClean() ? Ball.NUDGE : 0;
    if (scale > 0) {
      ball.fill(
          perturbation,
          offset,
          slots.task().values(),
          scale * slots.task().epsilon(),
          slots.startRng(slot));
    }
  }

  /**
   * Forgets what was in some slots, which begin a run.
   *
   * @param fresh the slots, ascending
   * @param clean one clean image for each of them; not to be changed or kept
   */
  default void begin(SlotScheduler slots, int[] fresh, NDArray clean) {}

  /** Returns where the gradient is to be taken. */
  default NDArray points(SlotScheduler slots, NDManager step) {
    return slots.images(step);
  }

  /**
   * Moves all images.
   *
   * @param points where the gradient was taken; its manager lives as long as this step
   * @param gradient of the losses there; to be used up
   * @return images inside the budget and [0,1], a new array
   */
  NDArray move(SlotScheduler slots, NDArray points, NDArray gradient, float[] losses);
}
