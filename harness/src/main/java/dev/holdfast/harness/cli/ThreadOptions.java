package dev.holdfast.harness.cli;

import dev.holdfast.metrics.error.InputException;
import picocli.CommandLine.Option;

/** Threads and seed. */
final class ThreadOptions {

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads of the engine. Default: one per core. What is trained depends on it; what is measured in batches of 32 does not.")
  private Integer threads;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of everything random. Default: that of the recipe in training, else 0.")
  private Long seed;

  /** Stands for {@code --threads} alone. */
  static ThreadOptions of(Integer threads) {
    ThreadOptions options = new ThreadOptions();
    options.threads = threads;
    return options;
  }

  long seed() {
    return seedOr(0);
  }

  /** Returns the seed that was given, or else this one. */
  long seedOr(long otherwise) {
    return seed == null ? otherwise : seed;
  }

  int threads() {
    if (threads != null && threads < 1) {
      throw InputException.of("threads", threads, "the command line", "be at least 1", "try 2");
    }
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** Has to come before the engine is loaded, which reads its settings once. */
  void apply() {
    String count = Integer.toString(threads());
    System.setProperty("ai.djl.pytorch.num_threads", count);
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    System.setProperty("java.util.concurrent.ForkJoinPool.common.parallelism", count);
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }
}
