package dev.holdfast.metrics.knn;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** As many threads as the engine has: they share with it the cores that it was given. */
final class Workers implements AutoCloseable {

  /** Enough for the threads to finish at about the same time. */
  private static final int TASKS_PER_THREAD = 4;

  private final int threads;
  private final ForkJoinPool pool;

  Workers() {
    threads =
        Integer.getInteger(
            "ai.djl.pytorch.num_threads", Runtime.getRuntime().availableProcessors());
    pool = new ForkJoinPool(threads);
  }

  /** Work on a part of a range, from start to end, exclusive. */
  interface Part {
    void run(int start, int end);
  }

  /** Does every part of [0, size), in parallel, and waits. */
  void split(int size, Part part) {
    int tasks = Math.min(size, threads == 1 ? 1 : threads * TASKS_PER_THREAD);
    IntConsumer one =
        t -> part.run((int) ((long) size * t / tasks), (int) ((long) size * (t + 1) / tasks));
    if (tasks == 1) {
      one.accept(0);
    } else {
      pool.submit(() -> IntStream.range(0, tasks).parallel().forEach(one)).join();
    }
  }

  int threads() {
    return threads;
  }

  /** Does the same work in every thread, and waits for all of them. */
  void all(Runnable work) {
    List<ForkJoinTask<?>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      tasks.add(pool.submit(work));
    }
    tasks.forEach(ForkJoinTask::quietlyJoin);
    tasks.forEach(ForkJoinTask::join);
  }

  @Override
  public void close() {
    pool.shutdown();
  }
}
