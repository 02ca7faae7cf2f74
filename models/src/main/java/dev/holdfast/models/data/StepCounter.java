package dev.holdfast.models.data;

/** Counts the steps of several threads and reports them one at a time. */
final class StepCounter {

  private final String task;
  private final Progress progress;
  private final long total;
  private long done;

  StepCounter(String task, Progress progress, long total) {
    this.task = task;
    this.progress = progress;
    this.total = total;
  }

  synchronized void step() {
    progress.step(task, ++done, total);
  }
}
