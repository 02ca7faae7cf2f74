package dev.holdfast.models.data;

/** Hears how far long work has come. Never called by two threads at the same time. */
@FunctionalInterface
public interface Progress {

  /** Hears nothing. */
  Progress NONE = (task, done, total) -> {};

  /**
   * @param task what is done, such as {@code images}
   * @param done steps that are finished
   * @param total steps in all
   */
  void step(String task, long done, long total);
}
