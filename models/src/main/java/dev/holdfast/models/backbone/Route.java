package dev.holdfast.models.backbone;

import java.util.List;

/**
 * Which branch of each batch norm the rows of a batch go through, and which statistics normalize
 * them. Given with each pass, so nothing about a network changes between passes.
 *
 * @param parts in the order of the rows; the sizes of several parts add up to the batch
 */
public record Route(List<Part> parts) {

  /** Stands for all rows. */
  private static final long ALL = -1;

  /** What rows are normalized by. */
  public enum Statistics {
    /** The running statistics: evaluation, and frozen batch norm. */
    RUNNING,
    /** Those of the rows of the part, which the running statistics follow. */
    BATCH,
    /** Those of the rows of the part, which leave no trace. */
    BATCH_WITHOUT_TRACE
  }

  /**
   * Neighboring rows that go through one branch.
   *
   * @param rows how many
   */
  public record Part(Branch branch, long rows, Statistics statistics) {}

  /** Copies the list. */
  public Route {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("A route must have a part.");
    }
  }

  /** Returns the way of all rows through one branch. */
  public static Route all(Branch branch, Statistics statistics) {
    return new Route(List.of(new Part(branch, ALL, statistics)));
  }

  /** Returns the way of evaluation: the running statistics of one branch. */
  public static Route evaluation(Branch branch) {
    return all(branch, Statistics.RUNNING);
  }
}
