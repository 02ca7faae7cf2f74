package dev.holdfast.metrics;

/** Is told how far long work has come; called by one thread at a time. */
@FunctionalInterface
public interface Watch {

  /** Looks away. */
  Watch NOBODY = (work, done, total) -> {};

  /**
   * Called from time to time.
   *
   * @param work what is done, in a word or two
   */
  void step(String work, long done, long total);
}
